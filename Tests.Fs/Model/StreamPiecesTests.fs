/// A stream is the same however it is cut.
module HybridReplica.Tests.StreamPiecesTests

open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Followed

let private decided (turns: Turn list) =
    let merge later command =
        match command, later with
        | Command.Deliver bytes, Command.Deliver more :: later -> Command.Deliver(bytes + more) :: later
        | command, later -> command :: later

    turns |> List.collect _.Commands |> List.rev |> List.fold merge []

let private inPieces (sizes: int list) (text: string) =
    let rec cut index sizes =
        match sizes with
        | _ when index = text.Length -> []
        | size :: later ->
            let length = min size (text.Length - index)

            Input.Bytes(text.Substring(index, length))
            :: cut (index + length) (later @ [ size ])
        | [] -> [ Input.Bytes(text.Substring index) ]

    cut 0 sizes

let private isSameInPieces (stream: StreamGenerators.Sent list, (sizes: int list, isAcknowledged)) =
    let joined = play settings joining

    let joined =
        if isAcknowledged then
            next joined (applied firstId 1000L)
        else
            joined

    let text = StreamGenerators.text stream
    let half = text.Length / 2
    let first, second = text.Substring(0, half), text.Substring half

    let hear cut =
        let conversation, turns =
            ((fst joined, []), cut first @ [ passes 1 ] @ cut second @ [ passes 1 ])
            ||> List.fold (fun (conversation, turns) input ->
                let conversation, more = Conversation.next input conversation
                conversation, turns @ more)

        decided turns, conversation.State

    let whole, state = hear (fun text -> [ Input.Bytes text ])
    let pieces, stateInPieces = hear (inPieces sizes)
    Expect.equal pieces whole "what is decided"
    Expect.equal stateInPieces state "the replica afterwards"

let tests =
    testList
        "stream in pieces"
        [
            testProperty
                "the same stream in any pieces is handed over, acknowledged and known in the same way"
                (Prop.forAll
                    (Arb.zip (
                        StreamGenerators.sent,
                        Arb.zip (StreamGenerators.sizes, Arb.fromGen (Gen.elements [ false; true ]))
                    ))
                    isSameInPieces)
        ]
