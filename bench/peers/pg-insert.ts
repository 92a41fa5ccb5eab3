import express from "express";
import pg from "pg";
import { need, readSettings } from "./peer-settings.ts";

/** Floor: a request, one durable `pg` insert, an answer. */
const settings = readSettings();
const pool = new pg.Pool({ connectionString: need(settings.databaseUrl), max: 10 });
await pool.query("create table rows (id bigint generated always as identity primary key, body jsonb not null)");

const app = express();
app.use(express.json());
app.get("/ready", (_request, response) => void response.end());
app.post("/", async (request, response) => {
  const { rows } = await pool.query("insert into rows (body) values ($1) returning id", [request.body]);
  response.status(202).json(rows[0]);
});
app.listen(settings.port, "127.0.0.1");
