namespace Expecto

open System

/// Hears what became of all tests when the run is over.
[<ReferenceEquality>]
type SummaryHandler = SummaryHandler of (Impl.TestRunSummary -> unit)

/// What can be asked of a run, in code or on the command line.
[<NoComparison>]
type CLIArguments =
    /// Runs one test after the other.
    | Sequenced
    /// Runs tests in parallel, as is the default.
    | Parallel
    /// So many at a time; by default one for each processor.
    | Parallel_Workers of int
    /// Generated cases of a property without a configuration of its own; 100 by default.
    | FsCheck_Max_Tests of int
    /// The size of the first generated case; 1 by default.
    | FsCheck_Start_Size of int
    /// The size of the last generated case; 100 by default.
    | FsCheck_End_Size of int
    /// Refuses to run while a test is focused.
    | Fail_On_Focused_Tests
    /// Prints each test when it begins and when it has ended.
    | Debug
    /// Only tests whose full names start so.
    | Filter of hiera: string
    /// Only tests below a list with this in its name.
    | Filter_Test_List of substring: string
    /// Only tests with this in their own names.
    | Filter_Test_Case of substring: string
    /// Only tests with these full names.
    | Run of tests: string list
    /// Prints the names of the tests, of those in the given states if there are any, and runs nothing.
    | List_Tests of listStates: FocusState list
    /// Prints all names after the run, and which tests took longest.
    | Summary
    /// Writes a report in the format of JUnit to this file.
    | JUnit_Summary of string
    /// Prints the version.
    | Version
    /// Lets tests have the same full name.
    | Allow_Duplicate_Names
    /// Shows no progress on a terminal.
    | No_Spinner
    /// Understood, and without effect: nothing is printed in colour.
    | Colours of int
    /// Adds one who hears what became of all tests.
    | Append_Summary_Handler of SummaryHandler
    /// What stands between the parts of a full name: "." (the default) or "/".
    | JoinWith of split: string

/// Reading `CLIArguments` from a command line.
module internal CommandLine =
    let private single case values =
        match values with
        | [ value ] -> Ok(case value)
        | _ -> Error "takes one value"

    let private number case values =
        match values with
        | [ value: string ] ->
            match Int32.TryParse value with
            | true, parsed -> Ok(case parsed)
            | false, _ -> Error $"takes a number, not '%s{value}'"
        | _ -> Error "takes a number"

    let private none case values =
        if List.isEmpty values then
            Ok case
        else
            Error $"""takes no value: %s{String.concat " " values}"""

    let private states values =
        let known = Map [ "normal", Normal; "pending", Pending; "focused", Focused ]

        let chosen =
            values
            |> List.map (fun (value: string) -> Map.tryFind (value.ToLowerInvariant()) known)

        if List.forall Option.isSome chosen then
            Ok(List_Tests(List.choose id chosen))
        else
            Error "takes states: normal, pending, focused"

    let private options: (string * string * (string list -> Result<CLIArguments, string>)) list =
        [
            "--sequenced", "Run one test after the other.", none Sequenced
            "--parallel", "Run tests in parallel (default).", none Parallel
            "--parallel-workers",
            "How many tests run at a time (default: one for each processor).",
            number Parallel_Workers
            "--filter", "Only tests whose full names start so.", single Filter
            "--filter-test-list", "Only tests below a list with this in its name.", single Filter_Test_List
            "--filter-test-case", "Only tests with this in their own names.", single Filter_Test_Case
            "--run", "Only tests with these full names.", Run >> Ok
            "--list-tests", "Print the names of the tests (normal, pending, focused), and run nothing.", states
            "--fail-on-focused-tests", "Refuse to run while a test is focused.", none Fail_On_Focused_Tests
            "--allow-duplicate-names", "Let tests have the same full name.", none Allow_Duplicate_Names
            "--fscheck-max-tests", "Cases generated for a property (default: 100).", number FsCheck_Max_Tests
            "--fscheck-start-size", "Size of the first case (default: 1).", number FsCheck_Start_Size
            "--fscheck-end-size", "Size of the last case (default: 100).", number FsCheck_End_Size
            "--summary", "Print all names after the run, and which tests took longest.", none Summary
            "--junit-summary", "Write a report in the format of JUnit to this file.", single JUnit_Summary
            "--debug", "Print each test when it begins and when it has ended.", none Debug
            "--no-spinner", "Show no progress on a terminal.", none No_Spinner
            "--colours", "Understood, and without effect.", number Colours
            "--join-with", "What stands between the parts of a name: \".\" (default) or \"/\".", single JoinWith
            "--version", "Print the version.", none Version
        ]

    let private tryOption name =
        options |> List.tryFind (fun (option, _, _) -> option = name)

    /// The text of `--help`.
    let usage =
        let lines =
            [
                for option, meaning, _ in options do
                    $"  %-24s{option}%s{meaning}"
                "  --help                  Show this text."
            ]

        String.concat "\n" ("Options:" :: lines)

    /// Is this a wish for help?
    let asksForHelp arguments =
        arguments
        |> Array.exists (fun argument -> List.contains argument [ "--help"; "-h"; "-?" ])

    /// The arguments in their order, or what is wrong with them.
    let parse (arguments: string[]) =
        let rec collect parsed remaining =
            match remaining with
            | [] -> Ok(List.rev parsed)
            | name :: rest ->
                match tryOption name with
                | None -> Error $"unknown option: %s{name}"
                | Some(_, _, read) ->
                    let values = rest |> List.takeWhile (fun value -> (tryOption value).IsNone)

                    match read values with
                    | Ok argument -> collect (argument :: parsed) (List.skip values.Length rest)
                    | Error reason -> Error $"%s{name} %s{reason}"

        collect [] (List.ofArray arguments)
