// Staging: a market and its nodes as processes of their own, for tests and benchmarks.
//
// It starts the `orban` binary that a user starts, gives each run a folder, ports and keys of its
// own, and ends every process and container of it. It asserts nothing. Start reading at `Stage`,
// then `Site`, then `JoinedNode`.
