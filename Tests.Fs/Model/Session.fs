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

/// What a sound shell reports, and any other events among it.
let wild: Arbitrary<Session> =
    let disturbed events =
        gen {
            let! others = Gen.listOf (Arb.toGen StateGenerators.event)
            let! places = Gen.listOfLength others.Length (Gen.choose (0, List.length events))
            let insert events (place, other) = List.insertAt place other events
            return List.fold insert events (List.zip places others)
        }

    let sessions =
        gen {
            let! session = Arb.toGen sound
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
