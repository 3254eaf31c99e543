// Speaks with any EVM chain over JSON-RPC: words, encodings, signatures, transactions, logs.
//
// It knows nothing of the market. What must be right is a pure function or machine over values, and
// small pumps carry it to endpoints: `Outgoing` says what is signed, stored and sent, and in which
// order; `LogFollower` what of the logs still holds; `Quorum` what several endpoints agree on;
// `FeeEstimate` what is offered for gas; `SpendingLimits` what a key may sign. Nothing here trusts an
// answer: sizes, depths and offsets are bounded, and what does not fit is refused, never a crash.
//
// Start reading at `Words/`, then `Outgoing`.
