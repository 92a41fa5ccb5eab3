import { Component, type ReactNode } from "react";
import { Failure } from "../ui/states.tsx";

/** A mistake of ours in one place should not leave a blank page. */
export class Crash extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Failure error={this.state.error} onRetry={() => window.location.reload()} />;
  }
}
