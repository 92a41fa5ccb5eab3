import { Kbd, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useSession } from "../api/session.ts";
import { isJobId } from "../format/ids.ts";

/** From anywhere to a job, or to the jobs that a text finds. */
export function JumpSearch() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const { can_see_payloads: seesPrompts } = useSession().user;
  // A page with a search of its own (the jobs) marks it.
  useHotkeys([["/", () => (document.querySelector<HTMLElement>("[data-page-search]") ?? input.current)?.focus()]]);
  const go = () => {
    const q = text.trim();
    if (!q) return;
    setText("");
    input.current?.blur();
    if (isJobId(q)) void navigate({ to: "/jobs/$id", params: { id: q } });
    else void navigate({ to: "/jobs", search: { q } });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <TextInput
        ref={input}
        size="xs"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        placeholder={seesPrompts ? "Any id, or words" : "Any id"}
        aria-label={seesPrompts ? "Find jobs by id or prompt" : "Find a job by id"}
        leftSection={<IconSearch size={14} />}
        rightSection={<Kbd size="xs">/</Kbd>}
      />
    </form>
  );
}
