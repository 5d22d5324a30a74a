/// Sessions: settings and everything that happens to a replica with them, in order.
module HybridReplica.Tests.Session

open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

/// Everything that happens to one replica.
type Session =
    {
        Settings: Settings
        Events: Event list
    }

/// One thing that happened, and what came of it.
type Move =
    {
        Before: State
        Event: Event
        Commands: Command list
        After: State
    }

/// What comes of every event.
let moves (session: Session) : Move list =
    let move before event =
        let after, commands = Replica.transition (before, event)

        {
            Before = before
            Event = event
            Commands = commands
            After = after
        },
        after

    session.Events |> List.mapFold move (State.Initial session.Settings) |> fst

/// The state at the end.
let final (session: Session) : State =
    session.Events
    |> List.fold (fun state event -> fst (Replica.transition (state, event))) (State.Initial session.Settings)

/// All commands, in order.
let commands (session: Session) : Command list =
    moves session |> List.collect _.Commands

// Making them.

/// The events that a sound shell can report, of those in the list, in order.
let private onlySound settings events =
    let sound state event =
        if SoundShell.allows state event then
            Some event, fst (Replica.transition (state, event))
        else
            None, state

    List.mapFold sound (State.Initial settings) events |> fst |> List.choose id

let rec private reports state size : Gen<Event list> =
    gen {
        if size = 0 || (state: State).HasEnded then
            return []
        else
            let! event = SoundShell.report state
            let! later = reports (fst (Replica.transition (state, event))) (size - 1)
            return event :: later
    }

// What goes well: the way to the snapshot and into the stream.
let private goingWell (state: State) : Gen<Event> =
    let id = String.replicate 39 "b"

    let line text = Event.Replied(Reply.Read text)

    match state.Phase with
    | Phase.Idle -> Gen.constant Event.Started
    | Phase.OpeningArchive -> Gen.constant (Event.Archive ArchiveEvent.Done)
    | Phase.CheckingTarget -> Gen.constant Event.TargetReady
    | Phase.Connecting -> Gen.constant (Event.Connected state.Link)
    | Phase.Asking(Step.Psync, _) ->
        Gen.frequency
            [
                if state.Resume.IsSome then
                    6, Gen.constant (line "+CONTINUE")
                    4, Gen.elements "cdef" |> Gen.map (fun last -> line $"+CONTINUE %s{id}%c{last}")
                3,
                Gen.map2
                    (fun last offset -> line $"+FULLRESYNC %s{id}%c{last} %d{offset}")
                    (Gen.elements "cd")
                    (Gen.choose (0, 5000))
                1,
                Gen.elements [ ""; "-LOADING x"; "-NOMASTERLINK x"; "-BUSY x"; "-ERR unknown" ]
                |> Gen.map line
            ]
    | Phase.Asking _ -> Gen.constant (line "+OK")
    | Phase.Opening _ -> Gen.constant Event.TemporaryCreated
    | Phase.AwaitingPreamble -> Gen.elements [ line "$176"; line ("$EOF:" + String.replicate 40 "e") ]
    | Phase.ReadingHead _ -> Gen.constant (Event.SnapshotBegun(ValueSome Generators.rdbVersion))
    | Phase.Receiving transfer ->
        match transfer.Remainder with
        | Remainder.Counted left -> Gen.elements [ Event.StreamDatabase 7; Event.Arrived(int (min left 1000000L)) ]
        | Remainder.Until _ -> Gen.elements [ Event.StreamDatabase 7; Event.Arrived 200; Event.MarkReached ]
    | Phase.Checking _ -> Gen.constant (Event.SnapshotChecked(RdbVerdict.Verified Generators.rdbVersion))
    | Phase.Publishing(PublishStep.Syncing, _) -> Gen.constant Event.Synced
    | Phase.Publishing(PublishStep.Renaming, _) -> Gen.constant Event.Renamed
    | Phase.Publishing(PublishStep.SyncingFolder, _) -> Gen.constant Event.FolderSynced
    | Phase.Discarding _ -> Gen.constant Event.TemporaryDeleted
    | Phase.Resting seconds -> Gen.constant (Event.Ticked seconds)
    | Phase.OpeningAgain _ -> Gen.constant (Event.Ticked 1)
    | Phase.Streaming
    | Phase.Ended _ -> SoundShell.report state

let private mostlyWell (state: State) =
    let isStop event = event = Event.StopRequested

    let stopsSeldom =
        SoundShell.report state
        |> Gen.filter (fun event -> not (isStop event) || state.Link > 4)

    match state.Phase with
    | Phase.Streaming -> stopsSeldom
    | _ -> Gen.frequency [ 20, goingWell state; 1, stopsSeldom ]

let rec private mostlyGoing state size : Gen<Event list> =
    gen {
        if size = 0 || (state: State).HasEnded then
            return []
        else
            let! event = mostlyWell state

            if SoundShell.allows state event then
                let! later = mostlyGoing (fst (Replica.transition (state, event))) (size - 1)
                return event :: later
            else
                return! mostlyGoing state (size - 1)
    }

let private shrinkEvents (events: Event list) =
    seq {
        let half = events.Length / 2

        if half > 0 then
            List.take half events
            List.skip half events

        for index in 0 .. events.Length - 1 do
            List.removeAt index events

        for index, event in List.indexed events do
            match event with
            | Event.Ticked seconds when seconds > 1 -> List.updateAt index (Event.Ticked(seconds / 2)) events
            | Event.Arrived bytes when bytes > 1 -> List.updateAt index (Event.Arrived(bytes / 2)) events
            | _ -> ()
    }

let private shrink admit session =
    seq {
        for events in shrinkEvents session.Events do
            let admitted = admit session.Settings events

            if admitted <> session.Events then
                { session with Events = admitted }

        for settings in Arb.toShrink SettingsGenerators.settings session.Settings do
            {
                Settings = settings
                Events = admit settings session.Events
            }
    }

/// What a sound shell reports, for a while or to the end.
let sound: Arbitrary<Session> =
    let sessions =
        gen {
            let! settings = Arb.toGen SettingsGenerators.settings
            let! size = Gen.choose (1, 60)
            let! events = reports (State.Initial settings) size

            return { Settings = settings; Events = events }
        }

    Arb.fromGenShrink (sessions, shrink onlySound)

/// What a sound shell reports of a replica that follows its master, most of which goes well.
let following: Arbitrary<Session> =
    let sessions =
        gen {
            let! settings = Arb.toGen SettingsGenerators.followers
            let! size = Gen.choose (20, 150)
            let! events = mostlyGoing (State.Initial settings) size
            return { Settings = settings; Events = events }
        }

    Arb.fromGenShrink (sessions, shrink onlySound)

/// What a sound shell reports, of those who follow and of those who do not.
let anySound: Arbitrary<Session> =
    Arb.fromGenShrink (Gen.oneof [ Arb.toGen sound; Arb.toGen following ], Arb.toShrink sound)

// A shell that makes up how far it looked is beyond all help.
let private isMadeUp event =
    match event with
    | Event.Streamed _ -> true
    | _ -> false

/// What a sound shell reports, and any other events among it.
let wild: Arbitrary<Session> =
    let disturbed events =
        gen {
            let! others =
                Gen.listOf (Gen.filter (isMadeUp >> not) (Arb.toGen StateGenerators.event))

            let! places = Gen.listOfLength others.Length (Gen.choose (0, List.length events))
            let insert events (place, other) = List.insertAt place other events
            return List.fold insert events (List.zip places others)
        }

    let sessions =
        gen {
            let! session = Gen.oneof [ Arb.toGen sound; Arb.toGen following ]
            let! events = Gen.resize 6 (disturbed session.Events)
            return { session with Events = events }
        }

    Arb.fromGenShrink (sessions, shrink (fun _ events -> events))

/// The session, followed by what brings it to its end: somebody asks to stop, and the files do as they are told.
let toTheEnd (session: Session) : Session =
    let last (state: State) =
        match state.Phase with
        | Phase.CheckingTarget -> Event.TargetReady
        | Phase.Opening _ -> Event.TemporaryCreated
        | Phase.Checking _ -> Event.SnapshotChecked(RdbVerdict.Verified Generators.rdbVersion)
        | Phase.Publishing(PublishStep.Syncing, _) -> Event.Synced
        | Phase.Publishing(PublishStep.Renaming, _) -> Event.Renamed
        | Phase.Publishing(PublishStep.SyncingFolder, _) -> Event.FolderSynced
        | Phase.Discarding _ -> Event.TemporaryDeleted
        | _ -> Event.StopRequested

    let rec ending (state: State) =
        if state.HasEnded then
            []
        else
            let event = last state
            event :: ending (fst (Replica.transition (state, event)))

    { session with
        Events = session.Events @ ending (final session)
    }

// Showing them.

/// The session as a transcript, ready to be kept as a scenario.
let transcript (session: Session) : string =
    let observe (recorder: Recorder) move =
        let struct (recorder, lines) =
            recorder.Observe(move.Event, move.After, move.Commands)

        lines, recorder

    let lines, recorder =
        moves session |> List.mapFold observe (Recorder.Begin session.Settings)

    let body =
        List.concat lines @ recorder.End() |> List.map TranscriptPrinting.printLine

    TranscriptPrinting.printHeader session.Settings + String.concat "\n" body

/// Whether the law holds for all such sessions. If it does not, the smallest one that breaks it is shown as a
/// transcript.
let property (sessions: Arbitrary<Session>) (law: Session -> unit) : Property =
    Prop.forAll sessions (fun session ->
        try
            law session
        with broken ->
            failtestf "%s\n%s" broken.Message (transcript session))
