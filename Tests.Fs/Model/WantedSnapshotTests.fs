/// How a consumer gets the snapshot that it wants, case by case.
module HybridReplica.Tests.WantedSnapshotTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Followed

let private wanting =
    withFollowing (fun following -> { following with WantsSnapshot = true })

let private promised = greetings @ [ says $"+FULLRESYNC %s{firstId} 1000" ]

let private receiving = promised @ [ says "$20"; Input.Bytes "REDIS0009" ]

let private stalled = report (Event.SpoolFilled ValueNone)

let private unreadable = report (Event.SnapshotUnreadable SoundStream.unreadable)

let private delivered played =
    commands played
    |> List.sumBy (fun command ->
        match command with
        | Command.Deliver bytes -> bytes
        | _ -> 0)

let tests =
    testList
        "wanted snapshot"
        [
            testCase "it is handed over as it comes, behind the word that it begins" (fun () ->
                let announced = play wanting (promised @ [ says "$20" ])
                Expect.equal (List.length (notices announced)) 1 "the word that it begins"
                let head = next announced (Input.Bytes "REDIS0009")
                Expect.equal (delivered head) 9 "its head"
                let rest = next head (Input.Filler 11L)
                Expect.equal (delivered rest) 11 "its rest"

                match notices rest with
                | [ Notice.SnapshotReceived _ ] -> ()
                | other -> failtestf "%A" other)
            testCase "nobody is handed a snapshot who does not want it" (fun () ->
                Expect.equal (delivered (play settings receiving)) 0 "bytes")
            testCase
                "a consumer that has no room holds up the snapshot, and that is not the master's silence"
                (fun () ->
                    let full = play wanting (receiving @ [ stalled ])
                    let late = full |> thenWith [ Input.Filler 11L; passes 1000 ]
                    Expect.equal (state late).Phase.Name "Receiving" "nobody hears the master"
                    Expect.equal (delivered late) 0 "bytes handed over while there is no room"
                    let drained = next late (report Event.SpoolDrained)
                    Expect.equal (state drained).Phase Phase.Streaming "what waited is taken"
                    Expect.equal (delivered drained) 11 "bytes handed over once there is room")
            testCase "a consumer that does not want the snapshot does not hold it up" (fun () ->
                let full = play settings (receiving @ [ stalled ])
                Expect.equal (state (next full (Input.Filler 11L))).Phase Phase.Streaming "it is taken")
            testCase "a snapshot that cannot be read ends it for good, with what and where" (fun () ->
                for inputs in
                    [
                        []
                        [ sends set ]
                        [ report (Event.SpoolFilled ValueNone) ]
                        [ report (Event.Disconnected(1, NetworkTrouble.Reset)) ]
                    ] do
                    let ended = next (play wanting (joining @ inputs)) unreadable
                    Expect.equal (fault ended) (Fault.SnapshotUnreadable SoundStream.unreadable) "fault"

                let text = Wording.fault (Fault.SnapshotUnreadable SoundStream.unreadable)
                Expect.stringContains text "type of values 99" "what"
                Expect.stringContains text "1,000" "where"
                Expect.stringContains text "key" "the key")
            testCase "nobody can complain of a snapshot that was not asked for" (fun () ->
                match fault (next (play settings joining) unreadable) with
                | Fault.OutOfTurn("Streaming", "SnapshotUnreadable") -> ()
                | other -> failtestf "%A" other)
        ]
