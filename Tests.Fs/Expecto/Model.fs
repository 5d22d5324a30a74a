namespace Expecto

open System
open System.Threading

/// What FsCheck reports about a property once all of its test cases have run.
[<NoComparison>]
type FsCheckTestData =
    {
        Labels: Set<string>
        NumberOfShrinks: int
        NumberOfTests: int
        Stamps: seq<int * list<string>>
    }

/// How FsCheck checks one property.
[<NoComparison; NoEquality>]
type FsCheckConfig =
    {
        /// How many generated cases must pass.
        maxTest: int
        /// The size of the first generated case.
        startSize: int
        /// The size of the last generated case; in between the size grows evenly.
        endSize: int
        /// Seed, gamma and size of a case to begin with, as a failure prints them.
        replay: (uint64 * uint64 * int option) option
        /// Types with `Arbitrary` instances; the first wins over the later ones.
        arbitrary: Type list
        /// Hears the name of the test, the number of the case and its arguments.
        receivedArgs: FsCheckConfig -> string -> int -> obj list -> Async<unit>
        /// Hears the name of the test and the arguments shrunk to.
        successfulShrink: FsCheckConfig -> string -> obj list -> Async<unit>
        /// Hears the name of the test and what became of it.
        finishedTest: FsCheckConfig -> string -> FsCheckTestData -> Async<unit>
    }

    /// 200 cases of the sizes 1 to 100, with nobody listening.
    static member defaultConfig =
        {
            maxTest = 200
            startSize = 1
            endSize = 100
            replay = None
            arbitrary = []
            receivedArgs = fun _ _ _ _ -> async.Zero()
            successfulShrink = fun _ _ _ -> async.Zero()
            finishedTest = fun _ _ _ -> async.Zero()
        }

/// The code of a single test.
[<NoComparison; NoEquality>]
type TestCode =
    | Sync of stest: (unit -> unit)
    | SyncWithCancel of stest: (CancellationToken -> unit)
    | Async of atest: Async<unit>
    | AsyncFsCheck of
        testConfig: FsCheckConfig option *
        stressConfig: FsCheckConfig option *
        test: (FsCheckConfig -> Async<unit>)

/// Whether a part of the tree runs. A pending parent makes all of its children pending; a focused parent makes its
/// normal children focused; where anything in the tree is focused, nothing else runs.
type FocusState =
    | Normal
    | Pending
    | Focused

/// Which tests may run at the same time as this one.
type SequenceMethod =
    | Synchronous
    | SynchronousGroup of string
    | InParallel

/// The tree of tests: tests are values, and any part of the tree is one.
[<NoComparison; NoEquality>]
type Test =
    | TestCase of code: TestCode * state: FocusState
    | TestList of tests: Test list * state: FocusState
    | TestLabel of label: string * test: Test * state: FocusState
    | Sequenced of SequenceMethod * Test

/// The exceptions by which a test reports something else than a bug.
type ExpectoException(msg: string) =
    inherit Exception(msg)

/// An expectation was not met; where it happened is worth knowing.
type AssertException(msg: string) =
    inherit ExpectoException(msg)

/// The test failed, and the message says it all.
type FailedException(msg: string) =
    inherit ExpectoException(msg)

/// The test cannot run here.
type IgnoreException(msg: string) =
    inherit ExpectoException(msg)

/// Marks a value as tests. Trees are put together by hand here, so that nothing looks for it.
[<AttributeUsage(AttributeTargets.Method ||| AttributeTargets.Property ||| AttributeTargets.Field)>]
type TestsAttribute() =
    inherit Attribute()
