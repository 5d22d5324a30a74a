/// What a run prints.
module internal Expecto.Report

open System
open System.IO
open System.Xml.Linq
open Expecto.Impl

let private linesLock = obj ()

/// Prints whole lines: tests run in parallel.
let line (text: string) =
    lock linesLock (fun () -> Console.Out.WriteLine text)

let private indented (text: string) =
    text.Trim('\n').Split '\n'
    |> Seq.map (fun part -> "  " + part)
    |> String.concat "\n"

/// Prints a test that did not pass. Nothing is said about those that did.
let result nameOf (test: FlatTest) (summary: TestSummary) =
    let seconds = summary.duration.TotalSeconds

    match summary.result with
    | Passed -> ()
    | Ignored reason -> line $"SKIPPED %s{nameOf test}: %s{reason}"
    | Failed message -> line $"FAILED %s{nameOf test} (%.3f{seconds} s)\n%s{indented message}\n"
    | Error failure -> line $"ERRORED %s{nameOf test} (%.3f{seconds} s)\n%s{indented (string failure)}\n"

/// The ten tests that took longest.
let slowest nameOf (run: TestRunSummary) =
    line "Slowest tests:"

    for test, summary in
        run.results
        |> List.sortByDescending (fun (_, summary) -> summary.meanDuration)
        |> List.truncate 10 do
        line $"  %8.3f{summary.duration.TotalSeconds} s  %s{nameOf test}"

/// All tests by name, sorted by what became of them.
let summary nameOf (run: TestRunSummary) =
    for title, tests in
        [
            "Passed", run.passed
            "Skipped", run.ignored
            "Failed", run.failed
            "Errored", run.errored
        ] do
        line $"%s{title}: %d{tests.Length}"

        for test, _ in tests do
            line $"  %s{nameOf test}"

/// The last lines of a run: one for people who know them from elsewhere, and one for programs.
let closing name (run: TestRunSummary) =
    let verdict = if run.successful then " Success!" else ""

    line (
        $"EXPECTO! %d{run.results.Length} tests run in {run.duration} for %s{name} – %d{run.passed.Length} passed, "
        + $"%d{run.ignored.Length} ignored, %d{run.failed.Length} failed, %d{run.errored.Length} errored.%s{verdict}"
    )

    let notPassed = run.failed.Length + run.errored.Length

    let skipped =
        if run.ignored.IsEmpty then
            ""
        else
            $", %d{run.ignored.Length} skipped"

    line $"%d{run.passed.Length} passed, %d{notPassed} failed%s{skipped}"

let private named name = XName.Get name

let private testCaseElement nameOf (test: FlatTest, summary: TestSummary) =
    let outcome =
        match summary.result with
        | Passed -> []
        | Ignored reason -> [ XElement(named "skipped", XAttribute(named "message", reason)) ]
        | Failed message -> [ XElement(named "failure", message) ]
        | Error failure -> [ XElement(named "error", string failure) ]

    let seconds =
        summary.duration.TotalSeconds.ToString("F3", Globalization.CultureInfo.InvariantCulture)

    XElement(
        named "testcase",
        XAttribute(named "name", (nameOf test: string)),
        XAttribute(named "time", seconds),
        outcome
    )

/// Writes the report in the format of JUnit.
let junit nameOf name (path: string) (run: TestRunSummary) =
    let suite =
        XElement(
            named "testsuite",
            XAttribute(named "name", (name: string)),
            XAttribute(named "tests", run.results.Length),
            XAttribute(named "skipped", run.ignored.Length),
            XAttribute(named "failures", run.failed.Length),
            XAttribute(named "errors", run.errored.Length),
            run.results |> List.map (testCaseElement nameOf)
        )

    match Path.GetDirectoryName(Path.GetFullPath path) with
    | null -> ()
    | folder -> Directory.CreateDirectory folder |> ignore

    XDocument(XElement(named "testsuites", suite)).Save path

/// Shows on a terminal how many tests are done. In a pipe it says nothing.
type Progress(wanted: bool, total: int) =
    let visible = wanted && not Console.IsOutputRedirected
    let mutable finished = 0

    member _.Advance() =
        if visible then
            lock linesLock (fun () ->
                finished <- finished + 1
                Console.Out.Write $"\r%d{finished} of %d{total} \r")
