import { Component, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

/** A fault of the page itself is told in place of the view; the header stays, so that there is a way out. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Problem what="show this view" error={this.state.error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
