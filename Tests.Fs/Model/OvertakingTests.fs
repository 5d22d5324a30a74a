/// Events that come before the answers to commands already given. A shell that works on its files in the background
/// reports them in this order.
module HybridReplica.Tests.OvertakingTests

open Expecto
open HybridReplica.Core

let private settings =
    { Settings.Default with
        Dialect = Dialect.Redis26
    }

/// The state after these events, and what the last of them is answered with.
let private after events =
    events
    |> List.fold (fun (state, _) event -> Replica.transition (state, event)) (State.Initial settings, [])

let private ok = Event.Replied(Reply.Status "OK")

let private opening =
    [ Event.Started; Event.TargetReady; Event.Connected 1; ok; ok ]

let private verdict = RdbVerdict.Verified { Vendor = RdbVendor.Redis; Number = 9 }

let private renaming =
    opening
    @ [
        Event.TemporaryCreated
        Event.Replied(Reply.Snapshot(Remainder.Counted 100L))
        Event.SnapshotBegun(ValueSome { Vendor = RdbVendor.Redis; Number = 9 })
        Event.Arrived 100
        Event.SnapshotChecked verdict
        Event.Synced
    ]

let tests =
    testList
        "overtaking"
        [
            testCase "a temporary file that may be there is removed when somebody asks to stop" (fun () ->
                let _, commands = after (opening @ [ Event.StopRequested ])
                Expect.equal commands [ Command.HangUp; Command.DeleteTemporary ] "commands")
            testCase "a temporary file that may be there is removed when the connection is lost" (fun () ->
                let lost = Event.Disconnected(1, NetworkTrouble.Closed)
                let state, commands = after (opening @ [ lost; Event.TemporaryCreated ])
                Expect.equal state.Phase.Name "Discarding" "the late report changes nothing"
                Expect.isEmpty commands "commands")
            testCase "a rename that was commanded cannot be stopped" (fun () ->
                let state, commands = after (renaming @ [ Event.StopRequested ])
                Expect.isEmpty commands "commands"
                let state, _ = Replica.transition (state, Event.Renamed)
                let state, _ = Replica.transition (state, Event.FolderSynced)

                match state.Phase with
                | Phase.Ended(Outcome.SnapshotKept snapshot) -> Expect.equal snapshot.Size 100L "size"
                | other -> failtest $"The snapshot should be kept: %A{other}")
            testCase "time that passed before a connection was asked for is not held against it" (fun () ->
                let refused = Event.ConnectFailed(1, NetworkTrouble.Refused)

                let state, _ =
                    after [ Event.Started; Event.TargetReady; refused; Event.Ticked 3600 ]

                Expect.equal state.Phase Phase.Connecting "the second attempt is under way"
                Expect.equal state.Silence 0 "seconds of silence"
                Expect.equal state.Attempt 2 "attempt")
        ]
