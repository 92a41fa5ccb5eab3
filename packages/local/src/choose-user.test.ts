import { expect, test } from "vitest";
import { commandAs } from "./choose-user.ts";

test("without root the program runs as it is", () => {
  expect(commandAs({ kind: "self" }, "/pg/initdb", ["-D", "x"])).toEqual({ file: "/pg/initdb", args: ["-D", "x"] });
});

test("as root it runs as another user", () => {
  const runAs = { kind: "user", name: "nobody", uid: 65534, gid: 65534, reach: "plain" } as const;
  expect(commandAs(runAs, "/pg/initdb", [])).toEqual({ file: "/pg/initdb", args: [], uid: 65534, gid: 65534 });
});

test("where that user may not enter, it gets the one capability that lets it", () => {
  const runAs = { kind: "user", name: "nobody", uid: 65534, gid: 65534, reach: "capability" } as const;
  const command = commandAs(runAs, "/root/pg/initdb", ["-D", "x"]);
  expect(command.file).toBe("setpriv");
  expect(command.args).toContain("--ambient-caps=+dac_override");
  expect(command.args.slice(-3)).toEqual(["/root/pg/initdb", "-D", "x"]);
  expect(command.uid).toBeUndefined();
});
