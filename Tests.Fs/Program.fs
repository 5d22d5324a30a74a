module HybridReplica.Tests.Program

open Expecto

let private all =
    testList
        "HybridReplica"
        [
            StandInTests.tests
            TidyTests.tests
            OvertakingTests.tests
            SimulationTests.tests
        ]

[<EntryPoint>]
let main arguments = runTestsWithCLIArgs [] arguments all
