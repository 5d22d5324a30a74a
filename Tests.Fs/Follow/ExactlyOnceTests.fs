/// A run that is killed and started again, with a stream that is made up.
module HybridReplica.Tests.ExactlyOnceTests

open System
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Cli.Follow
open HybridReplica.Core
open HybridReplica.Tests.Follow.StreamEvents
open HybridReplica.Tests.Follow.MadeUpStreams
open HybridReplica.Tests.Shell.Fetching

/// One run with a state, as the tool does it. It is killed in this step of this store, or when the stream ends.
let private attempt (place: Place) (all: (int64 * ReplicaEvent) list) upTo (dyingStep: int) pauses =
    task {
        let statePath = Path.Combine(place.Folder, "state")
        use! state = StateFile.OpenAsync(statePath, CancellationToken.None)
        use output = OutputFile.Open place.Target
        do! state.PrepareAsync(output, CancellationToken.None)
        let mutable steps = 0

        let die _ =
            steps <- steps + 1

            if steps = dyingStep then
                raise Killed

        let acknowledgement =
            { new IAcknowledgement with
                member _.Applied position =
                    failtestf "%A was acknowledged, though it is on disk too" position

                member _.Durable position =
                    let stored = (FilePositionStore statePath).LoadAsync().AsTask().Result
                    Expect.equal stored position "what is acknowledged is stored"
            }

        let position =
            if state.Position.HasValue then
                ValueSome state.Position.Value
            else
                ValueNone

        let start =
            match position with
            | ValueSome position -> position.Offset.Bytes
            | ValueNone -> -1L

        let head: ReplicaEvent list =
            if start < 0L then
                [ fullResync FullResyncReason.NoPosition; snapshot (at 0L) ]
            else
                [ resumed (at start) false ]

        let rest = all |> List.filter (fun (offset, _) -> offset > start) |> List.map snd
        let last = fst (List.last all)
        let limits = FollowLimits(Nullable(), Nullable last, Nullable())
        let events = stream (List.truncate upTo (head @ rest)) pauses killed
        let store = FilePositionStore(statePath, die)
        return! dies (run "jsonl" output store acknowledgement limits position events CancellationToken.None)
    }

let private history =
    Gen.nonEmptyListOf (
        Gen.frequency
            [
                3, Gen.constant Alone
                1, Gen.constant InParts
                2, Gen.map Together (Gen.choose (1, 4))
            ]
    )

let private deaths =
    Gen.listOf (Gen.zip (Gen.choose (0, 30)) (Gen.choose (1, 30))) |> Gen.resize 8

let private exactlyOnce =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 30
            endSize = 30
        }
        "whenever it is killed, and however often, every command is in the output exactly once"
    <| Prop.forAll (Gen.zip3 history deaths (Gen.choose (1, 4)) |> Arb.fromGen) (fun (units, deaths, pace) ->
        let all = eventsOf units
        use place = new Place()
        File.WriteAllText(place.Target, "{}\n")
        let pauses rest = rest % pace = 0

        for upTo, step in deaths do
            let _ = (attempt place all upTo step pauses).Result
            // A write that was under way.
            File.AppendAllText(place.Target, "{\"half a li")

        let isKilled = (attempt place all Int32.MaxValue -1 pauses).Result
        Expect.isFalse isKilled "the last run"
        Expect.equal (offsetsIn (File.ReadAllText place.Target)) (commandsOf all) "the commands")

let tests = testList "exactly once" [ exactlyOnce ]
