/// A walk, breadth first, over the states that a replica can come to that archives, under every kind of event about its
/// archive.
module HybridReplica.Tests.ArchivingWalk

open System.Collections.Generic
open FSharp.Reflection
open HybridReplica.Core
open HybridReplica.Tests.Session

let private other = Generators.replicationIdOf (String.replicate 40 "e")

/// What makes a difference to what becomes of an archive. What only counts is left out.
type private ArchiveClass =
    {
        Generations: int
        HasActive: bool
        IsOther: bool
        IsTorn: bool
        WantsBoundary: bool
        Steps: string list
        Written: int voption
        Syncing: int voption
        Synced: int voption
        Arrived: bool voption
        Fetch: string
        IsReached: bool
    }

let private nameOf (value: 'Union) =
    (fst (FSharpValue.GetUnionFields(value, typeof<'Union>))).Name

let private comparedTo (known: Offset voption) (offset: Offset) =
    match known with
    | ValueSome known -> sign (compare offset known)
    | ValueNone -> 2

let private archiveClass (settings: ArchiveSettings) (state: State) (archive: ArchiveState) : ArchiveClass =
    let safe = state.Stream |> ValueOption.map (fun stream -> stream.Scan.Safe)
    let written = archive.Written |> ValueOption.map (fun position -> position.Offset)

    {
        Generations = min 2 archive.Archive.Generations.Length
        HasActive = archive.Active.IsSome
        IsOther =
            match archive.Active, state.Stream with
            | ValueSome active, ValueSome stream -> active.Start.Id <> stream.Id
            | _ -> false
        IsTorn = archive.IsTorn
        WantsBoundary = archive.WantsBoundary settings
        Steps =
            match archive.Change with
            | ValueSome underWay -> List.map nameOf underWay.Steps
            | ValueNone -> []
        Written = written |> ValueOption.map (comparedTo safe)
        Syncing =
            archive.Syncing
            |> ValueOption.map (fun position -> comparedTo written position.Offset)
        Synced = archive.Synced |> ValueOption.map (comparedTo written)
        Arrived = archive.Arrived |> ValueOption.map (fun arrived -> arrived.Facts.IsSome)
        Fetch = nameOf archive.Fetch
        IsReached =
            match archive.Fetch, written with
            | BaseFetch.Fetched fetched, ValueSome written -> fetched.Position.Offset <= written
            | BaseFetch.Resting seconds, _ -> seconds > 0
            | _ -> false
    }

let private classOf (settings: ArchiveSettings) (state: State) =
    let rest = WalkClasses.ofState { state with Archive = ValueNone }
    struct (rest, state.Archive |> ValueOption.map (archiveClass settings state))

// Archives that are found at the beginning: one that is written, and one of the history before.
let private found (settings: ArchiveSettings) : string voption list =
    let start =
        { WalkSettings.beginning with
            Database = ValueSome 0
        }

    let archive: Archive =
        {
            Generations =
                [
                    {
                        Base =
                            {
                                File = ArchiveNames.ofBase settings.Name 1L
                                Sequence = 1L
                                Position = start
                                ReceivedAt = 0L
                                Size = 100L
                                Checksum = 0UL
                            }
                        Segments =
                            [
                                {
                                    File = ArchiveNames.ofSegment settings.Name 1L
                                    Sequence = 1L
                                    Start = start
                                    End = ValueNone
                                }
                            ]
                    }
                ]
        }

    [ ValueNone; ValueSome(ArchiveManifest.print archive); ValueSome "?" ]

let private lines =
    [
        "+OK"
        "+FULLRESYNC " + String.replicate 40 "f" + " 7"
        "+FULLRESYNC " + String.replicate 40 "e" + " 3"
        "+CONTINUE"
        "+CONTINUE " + String.replicate 40 "e"
        "-ERR unknown"
        "-LOADING x"
        "$20"
        ""
    ]
    |> List.map Reply.Read

let private facts =
    {
        ReceivedAt = 5000L
        Size = 20L
        Checksum = 0UL
    }

let private bases (stream: StreamState) =
    let safe =
        { stream.SafePosition with
            Database = ValueSome 0
        }

    [
        safe
        { safe with
            Offset = Offset(safe.Offset.Bytes + 30L)
        }
        { safe with
            Offset = Offset(max 0L (safe.Offset.Bytes - 20L))
        }
        { safe with Id = other }
    ]

/// Everything that can be heard of an archive, whether the state calls for it or not.
let ofArchive (settings: ArchiveSettings) (state: State) : Event list =
    [
        ArchiveEvent.Done
        for step in
            [
                ArchiveStep.Lock
                ArchiveStep.Append
                ArchiveStep.Sync
                ArchiveStep.Publish
                ArchiveStep.Remove
            ] do
            ArchiveEvent.Failed(step, FileTrouble.Full)
        ArchiveEvent.InUse
        ArchiveEvent.NotAnArchive
        ArchiveEvent.FileMissing "a"
        ArchiveEvent.NotBetweenCommands(Offset 9L)
        for text in found settings do
            ArchiveEvent.ManifestRead(text, 3L)
        ArchiveEvent.SegmentRecovered(
            { WalkSettings.beginning with
                Database = ValueSome 0
            },
            4L
        )
        ArchiveEvent.BaseDescribed facts
        ArchiveEvent.BaseNotFetched "busy"
        for stream in ValueOption.toList state.Stream do
            ArchiveEvent.Appended
                { stream.SafePosition with
                    Database = ValueSome 0
                }

            for position in bases stream do
                ArchiveEvent.BaseFetched(position, facts)
        match state.Archive with
        | ValueSome { Syncing = ValueSome position } -> ArchiveEvent.Synced position
        | _ -> ArchiveEvent.Synced WalkSettings.beginning
    ]
    |> List.map Event.Archive

let private isLineExpected (state: State) =
    match state.Expects with
    | Expectation.Line _ -> true
    | _ -> false

let private everyKind (settings: ArchiveSettings) (state: State) : Event list =
    [
        Event.Started
        Event.Connected state.Link
        Event.Disconnected(state.Link, NetworkTrouble.Closed)
        for reply in (if isLineExpected state then lines else [ Reply.Blank ]) do
            Event.Replied reply
        Event.SnapshotBegun(ValueSome Generators.rdbVersion)
        Event.Arrived 20
        Event.TemporaryCreated
        Event.SnapshotChecked(RdbVerdict.Verified Generators.rdbVersion)
        Event.Synced
        Event.Renamed
        Event.FolderSynced
        Event.TemporaryDeleted
        Event.FileFailed(FileStep.Write, FileTrouble.Full)
        yield! Walk.ofStream state
        yield! ofArchive settings state
        Event.Ticked 1
        Event.StopRequested
    ]

// What an archive is told is told by a shell that does what it was commanded; the rest of what can happen is what can
// happen to anybody.
let private isCalledFor (state: State) (event: Event) =
    let step =
        state.Archive
        |> ValueOption.bind (fun archive -> archive.Change)
        |> ValueOption.map (fun underWay -> underWay.Steps.Head)

    match event, step, state.Archive with
    | Event.Archive(ArchiveEvent.Failed(ArchiveStep.Sync, _)), _, ValueSome archive
    | Event.Archive(ArchiveEvent.Synced _), _, ValueSome archive -> archive.Syncing.IsSome
    | Event.Archive(ArchiveEvent.BaseFetched _ | ArchiveEvent.BaseNotFetched _), _, ValueSome archive ->
        nameOf archive.Fetch = "UnderWay"
    | Event.Archive(ArchiveEvent.BaseDescribed _),
      _,
      ValueSome {
                    Arrived = ValueSome { Facts = ValueNone }
                } -> true
    | Event.Archive(ArchiveEvent.ManifestRead _), ValueSome(ArchiveCommand.ReadManifest _), _
    | Event.Archive(ArchiveEvent.NotAnArchive), ValueSome(ArchiveCommand.ReadManifest _), _
    | Event.Archive(ArchiveEvent.InUse), ValueSome ArchiveCommand.Lock, _
    | Event.Archive(ArchiveEvent.FileMissing _), ValueSome(ArchiveCommand.RemoveUnlisted _), _
    | Event.Archive(ArchiveEvent.NotBetweenCommands _), ValueSome(ArchiveCommand.SplitSegment _), _
    | Event.Archive(ArchiveEvent.SegmentRecovered _), ValueSome(ArchiveCommand.RecoverSegment _), _
    | Event.Archive(ArchiveEvent.Failed(ArchiveStep.Lock, _)), ValueSome ArchiveCommand.Lock, _
    | Event.Archive(ArchiveEvent.Failed(ArchiveStep.Remove, _)), ValueSome(ArchiveCommand.Remove _), _
    | Event.Archive(ArchiveEvent.Failed(ArchiveStep.Publish, _)), ValueSome ArchiveCommand.SyncFolder, _ -> true
    | Event.Archive ArchiveEvent.Done, ValueSome(ArchiveCommand.ReadManifest _ | ArchiveCommand.RecoverSegment _), _ ->
        false
    | Event.Archive ArchiveEvent.Done, ValueSome _, _ -> true
    // It is answered at once, and only what is streamed is appended.
    | Event.Archive(ArchiveEvent.Appended _ | ArchiveEvent.Failed(ArchiveStep.Append, _)), _, ValueSome archive ->
        state.Phase = Phase.Streaming && not archive.IsBusy
    | Event.Archive _, _, _ -> false
    | event, _, _ -> SoundShell.allows state event

/// Every edge that leads from a state that can be reached, and whether a sound shell can walk it. One state of each
/// class is gone on from, and only what a sound shell can report is gone on behind. There are more classes than anybody
/// wants to wait for: it ends with so many of them.
let edges (most: int) (settings: Settings) : struct (Move * bool) seq =
    seq {
        let archive = settings.Archive |> ValueOption.get
        let first = State.Initial settings
        let known = HashSet([ classOf archive first ])
        let ahead = Queue<State>([ first ])

        while ahead.Count > 0 && known.Count < most do
            let before = ahead.Dequeue()

            for event in everyKind archive before do
                let after, commands = Replica.transition (before, event)
                let isSound = isCalledFor before event

                if isSound && known.Add(classOf archive after) then
                    ahead.Enqueue after

                struct ({
                            Before = before
                            Event = event
                            Commands = commands
                            After = after
                        },
                        isSound)
    }
