// The `orban` binary as its users run it: real processes, real containers, real faults.
//
// Each test has a stage of its own: a temporary folder, free ports, a market and its nodes as
// processes. Whatever happens, the stage ends them all and removes their containers. Nothing
// sleeps: `eventually` looks until something is so. Start reading at `Stage`, then `Site`, then
// `JobTests`.

import Staging
import Testing

/// One after the other: they share the machine's processors, memory and container engine.
@Suite(.serialized, .disabled(if: Stage.missing != nil, Comment(rawValue: Stage.missing ?? "")))
enum EndToEnd {}

/// For tests whose nodes run real containers.
let needsContainers = ConditionTrait.disabled(
    if: Stage.missingForContainers != nil, Comment(rawValue: Stage.missingForContainers ?? ""))
