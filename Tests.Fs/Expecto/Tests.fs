namespace Expecto

open System.Threading.Tasks

/// The words of which a tree of tests is built.
[<AutoOpen>]
module Tests =
    /// Fails the test.
    let inline failtest msg = raise (AssertException msg)

    /// Fails the test with a formatted message.
    let inline failtestf format = Printf.ksprintf failtest format

    /// Reports the test as one that cannot run here.
    let inline skiptest msg = raise (IgnoreException msg)

    /// Reports the test as one that cannot run here, with a formatted message.
    let inline skiptestf format =
        Printf.ksprintf (fun msg -> raise (IgnoreException msg)) format

    /// A named group of tests.
    let testList name tests =
        TestLabel(name, TestList(tests, Normal), Normal)

    /// A named group that is reported but not run.
    let ptestList name tests =
        TestLabel(name, TestList(tests, Pending), Normal)

    /// A named group beside which nothing else runs.
    let ftestList name tests =
        TestLabel(name, TestList(tests, Focused), Normal)

    /// Puts a test below one more name.
    let testLabel name test = TestLabel(name, test, Normal)

    /// Runs the tests alone and one after the other, after all others.
    let testSequenced test = Sequenced(Synchronous, test)

    /// Runs the tests one after the other, beside those of other groups.
    let testSequencedGroup name test = Sequenced(SynchronousGroup name, test)

    let private named state name code =
        TestLabel(name, TestCase(code, state), Normal)

    let private ofTask (start: unit -> Task<unit>) =
        // A task is under way as soon as it exists: it must not exist before its turn has come.
        Async(async { do! start () |> Async.AwaitTask })

    /// A test.
    let testCase name test = named Normal name (Sync test)

    /// A test that is reported but not run.
    let ptestCase name test = named Pending name (Sync test)

    /// A test beside which nothing else runs.
    let ftestCase name test = named Focused name (Sync test)

    /// An asynchronous test.
    let testCaseAsync name test = named Normal name (Async test)

    /// An asynchronous test that is reported but not run.
    let ptestCaseAsync name test = named Pending name (Async test)

    /// An asynchronous test beside which nothing else runs.
    let ftestCaseAsync name test = named Focused name (Async test)

    /// A test that is a task.
    let testCaseTask name test = named Normal name (ofTask test)

    /// A test that is a task, reported but not run.
    let ptestCaseTask name test = named Pending name (ofTask test)

    /// A test that is a task, beside which nothing else runs.
    let ftestCaseTask name test = named Focused name (ofTask test)

    /// One test for each case, named after the case.
    let testTheory name (cases: seq<'a>) (test: 'a -> 'b) =
        let nameOf (case: 'a) =
            match box case with
            | null -> "null"
            | :? string as text -> "\"" + text + "\""
            | _ -> string case

        cases
        |> Seq.map (fun case -> testCase (nameOf case) (fun () -> test case |> ignore))
        |> List.ofSeq
        |> testList name
