import express from "express";
import { readSettings } from "./peer-settings.ts";

/** Floor: what Express does with JSON and nothing else. */
const app = express();
app.use(express.json());
app.get("/ready", (_request, response) => void response.end());
app.post("/", (request, response) => void response.status(202).json(request.body));
app.listen(readSettings().port, "127.0.0.1");
