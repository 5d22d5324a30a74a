/// Conversations with a replica that follows its master, in few words.
module HybridReplica.Tests.Followed

open System
open Expecto
open HybridReplica.Core

let firstId = String('a', 40)

let nextId = String('b', 40)

let at id offset =
    { Position.AtFullResync(Generators.replicationIdOf id, Offset offset) with
        Database = ValueSome 0
    }

let settings =
    { Settings.Default with
        Destination = Destination.Nowhere
        Follow = ValueSome Following.Default
    }

let withFollowing change =
    { settings with
        Follow = ValueSome(change Following.Default)
    }

let withPolicy policy resume =
    { withFollowing (fun following -> { following with Policy = policy }) with
        Resume = resume
    }

/// What a sound shell answers before anything else happens. Files are left to the test.
let private answers (turn: Turn) =
    turn.Commands
    |> List.collect (fun command ->
        match command with
        | Command.Dial link -> [ Event.Connected link ]
        | Command.CheckSnapshot -> [ Event.SnapshotChecked(RdbVerdict.Verified Generators.rdbVersion) ]
        | _ -> [])

/// Goes on until there is nothing more to answer.
let rec settleWith (answers: Turn -> Event list) (conversation: Conversation, turns: Turn list) =
    ((conversation, turns), turns |> List.collect answers)
    ||> List.fold (fun (conversation, turns) event ->
        let conversation, more =
            Conversation.next (Input.Report event) conversation |> settleWith answers

        conversation, turns @ more)

let private settle = settleWith answers

let next (conversation, _) input =
    Conversation.next input conversation |> settle

let says text = Input.Line text

let sends words =
    Input.Bytes(StreamGenerators.command words)

let report event = Input.Report event

let passes seconds = report (Event.Ticked seconds)

let drops (conversation: Conversation, _) =
    report (Event.Disconnected(conversation.State.Link, NetworkTrouble.Reset))

/// What comes of all that happens, and what was done about the last of it.
let play settings inputs =
    List.fold next (Conversation.start settings |> settle) inputs

let greetings = [ says "+PONG"; says "+OK"; says "+OK" ]

let snapshot = [ says "$20"; Input.Bytes "REDIS0009"; Input.Filler 11L ]

/// The way into a stream that begins at 1000.
let joining = greetings @ [ says $"+FULLRESYNC %s{firstId} 1000" ] @ snapshot

let set = [ "SET"; "key"; "value" ]

let setLength = int64 (StreamGenerators.command set).Length

let state (conversation: Conversation, _: Turn list) = conversation.State

let commands (_: Conversation, turns: Turn list) = turns |> List.collect _.Commands

let sent played =
    commands played
    |> List.choose (fun command ->
        match command with
        | Command.Send(_, request) -> Some(RequestEncoding.show request)
        | _ -> None)

let notices played =
    commands played
    |> List.choose (fun command ->
        match command with
        | Command.Tell notice -> Some notice
        | _ -> None)

let applied id offset = report (Event.Applied(at id offset))

/// The same, after more happened; with what was done about the last of it.
let thenWith inputs played = List.fold next played inputs

/// The pause is over, if there is one.
let rests played =
    match (state played).Phase with
    | Phase.Resting seconds -> next played (passes seconds)
    | _ -> played

/// The connection is lost, and the next one is there, if need be after a pause.
let loses played = next played (drops played) |> rests

/// The connection is lost, and the next one brings PSYNC an answer.
let reconnect answer played =
    loses played |> thenWith (greetings @ [ says answer ])

let asks played =
    sent (loses played |> thenWith greetings)

let fault played =
    match (state played).Phase with
    | Phase.Ended(Outcome.Failed fault) -> fault
    | other -> failtestf "%A" other

let stops (played: Conversation * Turn list) =
    next played (report Event.StopRequested)
