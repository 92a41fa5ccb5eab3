import { overviewSchema } from "@darkroom/contract/admin/overview";
import { useQuery } from "@tanstack/react-query";
import { callApi } from "../../api/call-api.ts";
import { Loaded } from "../../ui/states.tsx";
import { DoubtsPanel } from "../overview/doubts-panel.tsx";

/** The same numbers as on the overview. */
export function DoubleChargesPanel() {
  const query = useQuery({
    queryKey: ["overview", "1h", undefined],
    queryFn: ({ signal }) => callApi("readOverview", overviewSchema, { query: { range: "1h" }, signal }),
    refetchInterval: 10_000,
  });
  return <Loaded query={query}>{({ doubts }) => <DoubtsPanel doubts={doubts} />}</Loaded>;
}
