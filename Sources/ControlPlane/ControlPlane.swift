/// ControlPlane: the market as a program.
///
/// Carries requests in and committed effects out; decides nothing itself. Every write is a
/// `Command` through `Store.perform`; every loop here only pumps what the core decided.
/// Start reading at `MarketServer`, then `MatchLoop`, `NodeSessions`, `OutboxWorker`, `API`.
package enum ControlPlane {}
