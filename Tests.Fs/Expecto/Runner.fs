namespace Expecto

open System
open System.Threading
open Expecto.Impl

/// Runs a tree of tests as the command line wishes.
[<AutoOpen>]
module Runner =
    let private has argument arguments = List.contains argument arguments

    /// The value of the last argument of a kind: what is said later counts.
    let private lastOf choose arguments =
        arguments |> List.choose choose |> List.tryLast

    let private separator arguments =
        match
            arguments
            |> lastOf (function
                | JoinWith split -> Some split
                | _ -> None)
        with
        | Some "/" -> "/"
        | _ -> "."

    let private listsAndCase (name: string list) =
        match List.rev name with
        | [] -> [], ""
        | case :: lists -> lists, case

    /// Which tests the arguments let through, by the parts of their names.
    let private selection (joiner: string) argument =
        match argument with
        | Filter start -> Some(fun name -> (String.concat joiner name).StartsWith(start, StringComparison.Ordinal))
        | Filter_Test_List part ->
            Some(fun name ->
                listsAndCase name
                |> fst
                |> List.exists _.Contains(part, StringComparison.Ordinal))
        | Filter_Test_Case part -> Some(fun name -> (snd (listsAndCase name)).Contains(part, StringComparison.Ordinal))
        | Run names -> Some(fun name -> List.contains (String.concat joiner name) names)
        | _ -> None

    let private options cancellation arguments started finished =
        let number choose fallback =
            arguments |> lastOf choose |> Option.defaultValue fallback

        let counts = PropertyCounts.Default

        let inParallel =
            arguments
            |> lastOf (function
                | Parallel -> Some true
                | Sequenced -> Some false
                | _ -> None)
            |> Option.defaultValue true

        let workers =
            match
                number
                    (function
                    | Parallel_Workers n -> Some n
                    | _ -> None)
                    0
            with
            | 0 -> Environment.ProcessorCount
            | negative when negative < 0 -> -negative * Environment.ProcessorCount
            | wanted -> wanted

        {
            Workers = if inParallel then workers else 1
            Properties =
                {
                    MaxTest =
                        number
                            (function
                            | FsCheck_Max_Tests n -> Some n
                            | _ -> None)
                            counts.MaxTest
                    StartSize =
                        number
                            (function
                            | FsCheck_Start_Size n -> Some n
                            | _ -> None)
                            counts.StartSize
                    EndSize =
                        number
                            (function
                            | FsCheck_End_Size n -> Some n
                            | _ -> None)
                            counts.EndSize
                }
            Cancellation = cancellation
            Started = started
            Finished = finished
        }

    let private listNames nameOf states tests =
        for test: FlatTest in tests do
            if List.isEmpty states || List.contains test.state states then
                Report.line (nameOf test)

        0

    let private runSelected cancellation arguments nameOf title tree =
        let progress =
            Report.Progress(not (has No_Spinner arguments), (Test.toTestCodeList tree).Length)

        let started test =
            if has Debug arguments then
                Report.line $"STARTED %s{nameOf test}"

        let finished test (summary: TestSummary) =
            Report.result nameOf test summary
            progress.Advance()

            if has Debug arguments && summary.result.isPassed then
                Report.line $"PASSED %s{nameOf test} (%.3f{summary.duration.TotalSeconds} s)"

        let watch = Diagnostics.Stopwatch.StartNew()
        let results = evaluate (options cancellation arguments started finished) tree

        let run =
            {
                results = results
                duration = watch.Elapsed
            }

        if has Summary arguments then
            Report.summary nameOf run

        if has Summary arguments || has Debug arguments then
            Report.slowest nameOf run

        for argument in arguments do
            match argument with
            | JUnit_Summary path -> Report.junit nameOf title path run
            | Append_Summary_Handler(SummaryHandler handle) -> handle run
            | _ -> ()

        Report.closing title run
        run.errorCode

    let private refuse reason names =
        Report.line reason

        for name: string in names do
            Report.line $"  %s{name}"

        1

    let private runWith cancellation arguments tree =
        let joiner = separator arguments
        let nameOf (test: FlatTest) = test.fullName joiner

        let title =
            match tree with
            | TestLabel(label, _, _) -> label
            | _ -> "all"

        let focused =
            Test.toTestCodeList tree |> List.filter (fun test -> test.state = Focused)

        let selected =
            match arguments |> lastOf (selection joiner) with
            | Some predicate -> Test.filter joiner predicate tree
            | None -> tree

        let tests = Test.toTestCodeList selected

        let duplicates =
            tests
            |> List.countBy nameOf
            |> List.filter (fun (_, count) -> count > 1)
            |> List.map fst

        match
            arguments
            |> lastOf (function
                | List_Tests states -> Some states
                | _ -> None)
        with
        | Some states -> listNames nameOf states tests
        | None when has Fail_On_Focused_Tests arguments && not focused.IsEmpty ->
            refuse "Focused tests stand in the way of the others:" (List.map nameOf focused)
        | None when not (duplicates.IsEmpty || has Allow_Duplicate_Names arguments) ->
            refuse "More than one test has the name:" duplicates
        | None -> runSelected cancellation arguments nameOf title selected

    /// Runs the tests until they are done or cancelled. What the command line says counts more than what the code says.
    /// Answers 0 when nothing failed, otherwise the bits of `TestRunSummary.errorCode`; 1 when nothing could be run.
    let runTestsWithCLIArgsAndCancel (cancellation: CancellationToken) (cliArgs: seq<CLIArguments>) args tests =
        let version = "EXPECTO! (a stand-in for 11.1.0)"

        match CommandLine.parse args with
        | _ when CommandLine.asksForHelp args ->
            Report.line $"%s{version}\n\n%s{CommandLine.usage}"
            0
        | Result.Error reason ->
            Report.line $"ERROR: %s{reason}\n\n%s{CommandLine.usage}"
            1
        | Ok parsed ->
            let arguments = List.ofSeq cliArgs @ parsed

            if has CLIArguments.Version arguments then
                Report.line version

            runWith cancellation arguments tests

    /// Runs the tests as `runTestsWithCLIArgsAndCancel` does, without a way to cancel them.
    let runTestsWithCLIArgs cliArgs args tests =
        runTestsWithCLIArgsAndCancel CancellationToken.None cliArgs args tests
