/// Running tests and counting what became of them.
module Expecto.Impl

open System
open System.Diagnostics
open System.Threading

/// What became of a test.
[<ReferenceEquality>]
type TestResult =
    | Passed
    | Ignored of string
    | Failed of string
    | Error of exn

    member result.isPassed = result.IsPassed
    member result.isIgnored = result.IsIgnored
    member result.isFailed = result.IsFailed
    member result.isException = result.IsError

/// What became of a test, and how long it took.
[<ReferenceEquality>]
type TestSummary =
    {
        result: TestResult
        /// Milliseconds.
        meanDuration: float
    }

    member summary.duration = TimeSpan.FromMilliseconds summary.meanDuration

    static member single result duration =
        {
            result = result
            meanDuration = duration
        }

/// What became of all tests.
[<ReferenceEquality>]
type TestRunSummary =
    {
        results: (FlatTest * TestSummary) list
        duration: TimeSpan
    }

    static member fromResults(results: (FlatTest * TestSummary) list) =
        {
            results = results
            duration = TimeSpan.FromMilliseconds(results |> List.sumBy (fun (_, summary) -> summary.meanDuration))
        }

    member private run.only choose =
        run.results
        |> List.filter (fun (_, summary: TestSummary) -> choose summary.result)

    member run.passed = run.only _.isPassed
    member run.ignored = run.only _.isIgnored
    member run.failed = run.only _.isFailed
    member run.errored = run.only _.isException

    /// A set of bits: 1 says that expectations were not met, 2 that tests threw something else.
    member run.errorCode =
        (if List.isEmpty run.failed then 0 else 1)
        ||| (if List.isEmpty run.errored then 0 else 2)

    member run.successful = run.errorCode = 0

/// What FsCheck is told about a property without a configuration of its own.
type PropertyCounts =
    {
        MaxTest: int
        StartSize: int
        EndSize: int
    }

    static member Default =
        {
            MaxTest = 100
            StartSize = 1
            EndSize = 100
        }

/// How tests are run.
[<NoComparison; NoEquality>]
type RunOptions =
    {
        Workers: int
        Properties: PropertyCounts
        Cancellation: CancellationToken
        /// Hears of each test when it begins.
        Started: FlatTest -> unit
        /// Hears of each test when it has ended, from whichever worker ran it.
        Finished: FlatTest -> TestSummary -> unit
    }

/// Where in the test the expectation stands: the frames of neither the expectations nor the runner.
let private relevantStack (failure: exn) =
    match failure.StackTrace with
    | null -> ""
    | trace ->
        trace.Split '\n'
        |> Seq.filter (fun line ->
            [ "at Expecto."; "at Microsoft.FSharp." ]
            |> List.forall (fun ours -> not (line.TrimStart().StartsWith(ours, StringComparison.Ordinal))))
        |> Seq.truncate 5
        |> String.concat "\n"

let rec private judge (failure: exn) =
    match failure with
    | :? AssertException -> Failed(failure.Message + "\n" + relevantStack failure)
    | :? FailedException -> Failed failure.Message
    | :? IgnoreException -> Ignored failure.Message
    | :? AggregateException as several when several.InnerExceptions.Count = 1 -> judge several.InnerExceptions[0]
    | _ -> Error failure

let private configFor (counts: PropertyCounts) =
    { FsCheckConfig.defaultConfig with
        maxTest = counts.MaxTest
        startSize = counts.StartSize
        endSize = counts.EndSize
    }

/// Runs one test on the calling thread and waits for its end.
let private execute options (test: FlatTest) =
    let await (work: Async<unit>) =
        Async.StartImmediateAsTask(work, options.Cancellation).GetAwaiter().GetResult()

    match test.shouldSkipEvaluation with
    | Some reason -> TestSummary.single (Ignored reason) 0.0
    | None ->
        let watch = Stopwatch.StartNew()

        let result =
            try
                match test.test with
                | Sync code -> code ()
                | SyncWithCancel code -> code options.Cancellation
                | Async work -> await work
                | AsyncFsCheck(config, _, check) ->
                    await (check (Option.defaultWith (fun () -> configFor options.Properties) config))

                Passed
            with failure ->
                judge failure

        TestSummary.single result watch.Elapsed.TotalMilliseconds

/// Tests that must keep to their order, as one job each; the longest come first, so that none is left for the end.
let private parallelJobs tests =
    let alone, grouped =
        tests |> List.partition (fun test -> test.sequenced = InParallel)

    let groups = grouped |> List.groupBy _.sequenced |> List.map snd
    (groups |> List.sortByDescending List.length) @ List.map List.singleton alone

/// Runs all tests of the tree: first what may run in parallel, then what asks to be alone.
let evaluate options tree =
    let tests = Test.toTestCodeList tree

    let results =
        Collections.Concurrent.ConcurrentDictionary<FlatTest, TestSummary>(HashIdentity.Reference)

    let run test =
        if not options.Cancellation.IsCancellationRequested then
            options.Started test
            let summary = execute options test
            results[test] <- summary
            options.Finished test summary

    let inParallel, alone =
        if options.Workers <= 1 then
            [], tests
        else
            tests |> List.partition (fun test -> test.sequenced <> Synchronous)

    let waiting = Collections.Concurrent.ConcurrentQueue(parallelJobs inParallel)

    let rec work () =
        match waiting.TryDequeue() with
        | true, job ->
            List.iter run job
            work ()
        | false, _ -> ()

    // Threads of their own: a test that blocks must not take one away from the code that it waits for.
    let workers =
        [
            for _ in 1 .. min options.Workers waiting.Count -> Thread(work, IsBackground = true)
        ]

    workers |> List.iter _.Start()
    workers |> List.iter _.Join()
    List.iter run alone

    [
        for test in tests do
            match results.TryGetValue test with
            | true, summary -> test, summary
            | false, _ -> ()
    ]

/// Runs the tests one after the other and prints nothing.
let evalTestsSilent tree =
    async {
        let options =
            {
                Workers = 1
                Properties = PropertyCounts.Default
                Cancellation = CancellationToken.None
                Started = ignore
                Finished = fun _ _ -> ()
            }

        return evaluate options tree
    }
