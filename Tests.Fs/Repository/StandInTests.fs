/// The tests are written to Expecto, and a stand-in may take its place. These hold for both, so that the one can be
/// trusted as much as the other.
module HybridReplica.Tests.StandInTests

open System
open System.Diagnostics
open System.Reflection
open System.Threading.Tasks
open Expecto
open FsCheck
open FsCheck.FSharp

/// Public, for the original looks at public fields alone.
type Point = { X: int; Y: int }

let private messageOf expectation =
    try
        expectation ()
        ""
    with :? AssertException as failure ->
        failure.Message

let private messageContains (parts: string list) expectation =
    let message = messageOf expectation

    for part in parts do
        Expect.stringContains message part "the message of a failed expectation"

let private run test =
    Impl.evalTestsSilent test
    |> Async.RunSynchronously
    |> Impl.TestRunSummary.fromResults

let private counts test =
    let summary = run test
    summary.passed.Length, summary.ignored.Length, summary.failed.Length, summary.errored.Length

let private passing name = testCase name ignore

let private failing name =
    testCase name (fun () -> failtest "on purpose")

let private expectations =
    testList
        "expectations"
        [
            testCase "say at which position strings differ" (fun () ->
                messageContains [ "greeting"; "position 1" ] (fun () -> Expect.equal "hello" "hallo" "greeting"))
            testCase "say in which field records differ" (fun () ->
                messageContains [ "the point"; "`Y`"; "3"; "2" ] (fun () ->
                    Expect.equal { X = 1; Y = 2 } { X = 1; Y = 3 } "the point"))
            testCase "say at which position sequences differ" (fun () ->
                messageContains [ "position 2" ] (fun () -> Expect.sequenceEqual [ 1; 2; 3 ] [ 1; 2; 4 ] "numbers"))
            testCase "say that a sequence ended too early" (fun () ->
                messageContains [ "shorter" ] (fun () -> Expect.sequenceEqual [ 1 ] [ 1; 2 ] "numbers"))
            testCase "accept what is equal" (fun () ->
                Expect.equal [ 1; 2 ] [ 1; 2 ] "lists"
                Expect.equal "a" "a" "strings"
                Expect.sequenceEqual (seq { 1..3 }) [ 1; 2; 3 ] "sequences")
            testCase "compare the exact type of an exception" (fun () ->
                let throwing () = raise (ArgumentNullException "name")
                Expect.throwsT<ArgumentNullException> throwing "the very type"

                messageContains [ "ArgumentException"; "ArgumentNullException" ] (fun () ->
                    Expect.throwsT<ArgumentException> throwing "a base type"))
            testCase "want nothing in vain" (fun () ->
                Expect.equal (Expect.wantSome (Some 1) "") 1 "the value of an option"
                Expect.equal (Expect.wantOk (Ok 2) "") 2 "the value of a result"
                Expect.equal (Expect.wantError (Error 3) "") 3 "the error of a result"
                messageContains [ "Some"; "None" ] (fun () -> Expect.isSome (None: int option) "nothing"))
        ]

let private running =
    testList
        "running"
        [
            testCase "counts what passed, was skipped, failed and threw" (fun () ->
                let tree =
                    testList
                        "inner"
                        [
                            passing "passes"
                            testCase "is skipped" (fun () -> skiptest "on purpose")
                            ptestCase "is pending" ignore
                            failing "fails"
                            testCase "throws" (fun () -> invalidOp "on purpose")
                        ]

                Expect.equal (counts tree) (1, 2, 1, 1) "passed, ignored, failed, errored"
                Expect.equal (run tree).errorCode 3 "the bits of failed and errored")
            testCase "waits for asynchronous tests" (fun () ->
                let tree =
                    testList
                        "inner"
                        [
                            testCaseTask "a task" (fun () ->
                                task {
                                    do! Task.Yield()
                                    failtest "on purpose"
                                })
                            testCaseAsync "an async" (async { failtest "on purpose" })
                            testCaseTask "a skipped task" (fun () -> task { skiptest "on purpose" })
                        ]

                let passed, ignored, failed, errored = counts tree
                // The original counts the exception out of a task as an error.
                Expect.equal (passed, ignored, failed + errored) (0, 1, 2) "passed, ignored, failed or errored")
            testCase "runs nothing beside what is focused" (fun () ->
                let tree =
                    testList "inner" [ failing "is not focused"; ftestCase "is focused" ignore ]

                Expect.equal (counts tree) (1, 1, 0, 0) "passed, ignored, failed, errored")
            testCase "names a test after the labels above it" (fun () ->
                let names =
                    testList "outer" [ testList "inner" [ passing "case" ]; testTheory "theory" [ 1; 2 ] ignore ]
                    |> Test.toTestCodeList
                    |> List.map _.fullName(".")

                Expect.equal names [ "outer.inner.case"; "outer.theory.1"; "outer.theory.2" ] "full names")
        ]

let private properties =
    testList
        "properties"
        [
            testProperty "hold for what is generated" (fun (left: int) right -> left + right = right + left)
            testCase "fail with the arguments and the line that repeats it" (fun () ->
                let tree = testProperty "is wrong" (fun (number: int) -> number < 5)

                match (run tree).failed with
                | [ _, { result = Impl.Failed message } ] ->
                    Expect.stringContains message "etestProperty (" "how to repeat it"
                    Expect.stringContains message "\"is wrong\"" "the name"
                | other -> failtestf "one failure was expected: %A" other)
            testCase "repeat a case from its seed" (fun () ->
                let mutable seen = []

                let config =
                    { FsCheckConfig.defaultConfig with
                        maxTest = 1
                        receivedArgs = fun _ _ _ arguments -> async { seen <- arguments :: seen }
                    }

                let once () =
                    run (testPropertyWithConfigStdGen (1UL, 3UL, Some 50) config "a list" (fun (_: int list) -> true))
                    |> ignore

                once ()
                once ()
                Expect.hasLength seen 2 "two runs of one case"
                Expect.equal seen[0] seen[1] "the same arguments")
            testCase "use the generators of the configuration" (fun () ->
                let property =
                    Prop.forAll (Arb.fromGen (Gen.choose (1, 6))) (fun number -> number >= 1 && number <= 6)

                let tree =
                    testPropertyWithConfig
                        { FsCheckConfig.defaultConfig with
                            maxTest = 50
                        }
                        "a die"
                        property

                Expect.isTrue (run tree).successful "numbers of a die")
        ]

/// Runs these very tests in a process of their own, and answers with its exit code and what it printed.
let private commandLine (arguments: string list) =
    let start =
        ProcessStartInfo("dotnet", Assembly.GetExecutingAssembly().Location :: arguments, RedirectStandardOutput = true)

    use running =
        match Process.Start start with
        | null -> failtest "The process did not start."
        | started -> started

    let output = running.StandardOutput.ReadToEnd()
    running.WaitForExit()
    running.ExitCode, output

let private commandLines =
    testList
        "command line"
        [
            testCase "lists the names and runs nothing" (fun () ->
                let exitCode, output = commandLine [ "--list-tests" ]
                Expect.equal exitCode 0 "the exit code"
                Expect.stringContains output "HybridReplica.stand-in.running.waits for asynchronous tests" "a name"
                Expect.isFalse (output.Contains "tests run in") "no count of tests that ran")
            testCase "rejects an option that it does not know" (fun () ->
                let exitCode, output = commandLine [ "--no-such-option" ]
                Expect.equal exitCode 1 "the exit code"
                Expect.stringContains output "--no-such-option" "what was wrong")
            testCase "runs what the filter lets through" (fun () ->
                let exitCode, output =
                    commandLine
                        [
                            "--run"
                            "HybridReplica.stand-in.expectations.accept what is equal"
                            "--colours"
                            "0"
                        ]

                Expect.equal exitCode 0 "the exit code"
                Expect.stringContains output "1 passed, 0 ignored, 0 failed, 0 errored" "the count")
        ]

let tests = testList "stand-in" [ expectations; running; properties; commandLines ]
