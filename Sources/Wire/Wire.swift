/// Wire: what crosses the HTTP edge and what people read, in one place.
///
/// Holds the DTOs (JSON keys in snake case, money and times as text), the job spec and its parser,
/// the table from error codes to HTTP status and exit code, and the message catalogue in English
/// and Traditional Chinese. Decides nothing about the market and does no I/O.
/// Start reading at `JobSpec`, then `ErrorCode`, then `Message`.
package enum Wire {}
