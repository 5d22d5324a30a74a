namespace HybridReplica.Core

/// Verbs of the replica about the archive that it writes: what is heard of it.
module internal Archiving =

    open Endings
    open ArchiveChanges

    // Opening the archive.

    /// The archive comes before the master.
    let openArchive (state: State) =
        match state.Settings.Archive, state.Archive with
        | ValueSome settings, ValueSome archive ->
            change
                [ ArchiveCommand.Lock; ArchiveCommand.ReadManifest settings.Name ]
                Archive.Empty
                archive
                (enter Phase.OpeningArchive state)
        | _ -> dial state

    // Whatever was to come next, this ends it.
    let private fail fault (state: State) =
        match state.Phase with
        | Phase.Discarding _ -> enter (Phase.Discarding(Ending.Finish(Outcome.Failed fault))) state, []
        | _ -> Streaming.fail fault state

    let private refuse trouble state =
        fail (Fault.ArchiveRefused trouble) state

    let private read (settings: ArchiveSettings) text now (archive: ArchiveState) (state: State) =
        let parsed =
            match text with
            | ValueNone -> Ok Archive.Empty
            | ValueSome text -> ArchiveManifest.parseToChange text

        match parsed with
        | Error trouble -> refuse trouble state
        | Ok found ->
            let steps =
                [
                    // What this manifest does not list, the one before it may. It has to be gone from the disk first.
                    ArchiveCommand.SyncFolder
                    ArchiveCommand.RemoveUnlisted(found, settings.Name)
                    // Whoever looks knows what this folder will be, before the first base is there.
                    if text.IsNone then
                        yield! publish settings found []
                    for active in Option.toList found.Active do
                        ArchiveCommand.RecoverSegment active
                ]

            change steps found { archive.Listing found with Now = now } state

    // Where the archive ends is where the stream goes on.
    let private recovered (settings: ArchiveSettings) (position: Position) (archive: ArchiveState) : ArchiveState =
        { archive with
            Written = ValueSome position
            Synced =
                if settings.Fsync = FsyncPolicy.No then
                    ValueNone
                else
                    ValueSome position.Offset
        }

    // Starts to sync what was written, if it is not on disk and nothing else is under way.
    let private sync (archive: ArchiveState) (state: State) =
        match archive.Written with
        | ValueSome written when
            archive.Syncing.IsNone
            && archive.Change.IsNone
            && ValueSome written.Offset > archive.Synced
            ->
            put
                { archive with
                    Syncing = ValueSome written
                    Syncs = archive.Syncs + 1
                }
                state,
            [ command (ArchiveCommand.Sync written) ]
        | _ -> state, []

    let private syncIfAlways (settings: ArchiveSettings) (state: State) =
        match state.Archive with
        | ValueSome archive when settings.Fsync = FsyncPolicy.Always -> sync archive state
        | _ -> state, []

    // All that was written is in a segment that is sealed and on disk, or in a base.
    let private settled (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        match archive.Written with
        | ValueSome written when settings.Fsync = FsyncPolicy.No -> Streaming.applied written (put archive state)
        | ValueSome written ->
            let synced =
                { archive with
                    Synced = ValueSome written.Offset
                }

            Streaming.madeDurable written (put synced state)
        | ValueNone -> put archive state, []

    // A new base makes the archive ready, at the latest.
    let private readiness (before: Archive) (now: Archive) =
        let newest (archive: Archive) =
            archive.Newest |> Option.map (fun generation -> generation.Base)

        if newest now = newest before then
            []
        else
            [
                Command.Notify(Notification.Status "The base is in the archive, and the stream goes to it.")
                Command.Notify Notification.Ready
            ]

    // All steps are done. What the master said meanwhile is heard now.
    let private conclude (settings: ArchiveSettings) (archive: ArchiveState) (underWay: ArchiveChange) (state: State) =
        let changed =
            { archive.Listing underWay.Archive with
                Change = ValueNone
            }

        match state.Phase with
        | Phase.OpeningArchive -> dial (put changed state)
        | _ ->
            let state, told =
                if changed.Active = archive.Active then
                    put changed { state with Silence = 0 }, []
                else
                    settled settings changed { state with Silence = 0 }

            syncIfAlways settings state
            |> after (told @ readiness archive.Archive underWay.Archive)

    let private stepDone (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        match archive.Change with
        | ValueSome({ Steps = _ :: (next :: _ as rest) } as underWay) ->
            put
                { archive with
                    Change = ValueSome { underWay with Steps = rest }
                }
                state,
            [ command next ]
        | ValueSome underWay -> conclude settings archive underWay state
        | ValueNone -> fail (Fault.OutOfTurn(state.Phase.Name, "Archive Done")) state

    // What the disk says of what was appended.

    let private appended (settings: ArchiveSettings) (safe: Position) (archive: ArchiveState) (state: State) =
        let state =
            put
                { archive with
                    Written = ValueSome safe
                }
                state

        match settings.Fsync with
        | FsyncPolicy.Always -> syncIfAlways settings state
        | FsyncPolicy.EverySecond
        | FsyncPolicy.No -> Streaming.applied safe state

    let private synced (settings: ArchiveSettings) (safe: Position) (archive: ArchiveState) (state: State) =
        if archive.Syncing <> ValueSome safe then
            state, []
        else
            let state, told =
                Streaming.madeDurable
                    safe
                    (put
                        { archive with
                            Syncing = ValueNone
                            Synced = max archive.Synced (ValueSome safe.Offset)
                        }
                        state)

            syncIfAlways settings state |> after told

    // Bases that are fetched beside the stream.

    let private fetched position facts (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        match archive.Fetch with
        | BaseFetch.UnderWay sequence ->
            put
                { archive with
                    Fetch = BaseFetch.Fetched(baseOf settings sequence position facts)
                    Now = max archive.Now (facts.ReceivedAt / 1000L)
                }
                state,
            []
        | BaseFetch.Resting _
        | BaseFetch.Fetched _ -> state, []

    let private isBaseDue (settings: ArchiveSettings) (archive: ArchiveState) =
        match settings.BaseEvery, archive.Archive.Newest with
        | ValueSome seconds, Some newest -> archive.Now - newest.Base.ReceivedAt / 1000L >= int64 seconds
        | _ -> false

    let private fetch (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        match archive.Fetch, state.Phase with
        | BaseFetch.Resting 0, Phase.Streaming when not archive.IsBusy && isBaseDue settings archive ->
            let sequence = archive.NextBase

            put
                { archive with
                    Fetch = BaseFetch.UnderWay sequence
                }
                state,
            [
                command (ArchiveCommand.FetchBase(ArchiveNames.ofBase settings.Name sequence))
            ]
        | _ -> state, []

    /// So many seconds pass. They may have been the last.
    let tick seconds (state: State) =
        match state.Settings.Archive, state.Archive with
        | ValueSome settings, ValueSome archive when not state.HasEnded ->
            let older =
                { archive with
                    Now = archive.Now + int64 seconds
                    Age = archive.Age + seconds
                    Fetch =
                        match archive.Fetch with
                        | BaseFetch.Resting left -> BaseFetch.Resting(max 0 (left - seconds))
                        | other -> other
                }

            let state, fetching = fetch settings older (put older state)

            match state.Archive with
            | ValueSome archive when settings.Fsync = FsyncPolicy.EverySecond -> sync archive state
            | _ -> state, []
            |> after (Command.Notify Notification.Watchdog :: fetching)
        | _ -> state, []

    // The base lies where no command ends: nothing is changed, and it goes.
    let private giveUp (archive: ArchiveState) (state: State) =
        match
            archive.Change
            |> ValueOption.bind (fun underWay -> ValueOption.ofOption underWay.Archive.Newest)
        with
        | ValueSome { Base = unusable } ->
            drop unusable archive state
            |> after [ Command.Log(LogEvent.BaseUnusable unusable.File) ]
        | ValueNone -> state, []

    let private listen (settings: ArchiveSettings) (archive: ArchiveState) (event: ArchiveEvent) (state: State) =
        match event with
        | ArchiveEvent.Done -> stepDone settings archive state
        | ArchiveEvent.ManifestRead(text, now) -> read settings text now archive state
        | ArchiveEvent.SegmentRecovered(position, cut) ->
            let recovered = recovered settings position archive

            stepDone
                settings
                recovered
                { put recovered state with
                    Resume = ValueSome position
                }
            |> after [ Command.Log(LogEvent.ArchiveRecovered(position, cut)) ]
        | ArchiveEvent.Appended safe -> appended settings safe archive state
        | ArchiveEvent.Synced safe -> synced settings safe archive state
        | ArchiveEvent.BaseDescribed facts -> describe facts archive state
        | ArchiveEvent.BaseFetched(position, facts) -> fetched position facts settings archive state
        | ArchiveEvent.BaseNotFetched reason ->
            put { archive with Fetch = fetchAgainIn } state, [ Command.Log(LogEvent.BaseNotFetched reason) ]
        | ArchiveEvent.Failed(ArchiveStep.Remove, trouble) ->
            // What is left over is not listed, and goes when the archive is opened the next time.
            stepDone settings archive state
            |> after [ Command.Log(LogEvent.ArchiveFileLeft trouble) ]
        | ArchiveEvent.Failed(step, trouble) -> fail (Fault.Archive(step, trouble)) state
        | ArchiveEvent.NotBetweenCommands _ -> giveUp archive state
        | ArchiveEvent.InUse -> refuse ArchiveTrouble.InUse state
        | ArchiveEvent.NotAnArchive -> refuse ArchiveTrouble.NotAnArchive state
        | ArchiveEvent.FileMissing file -> refuse (ArchiveTrouble.FileMissing file) state

    /// Something is to be said of the folder of the archive.
    let hear (event: ArchiveEvent) (state: State) =
        match state.Settings.Archive, state.Archive with
        | ValueSome settings, ValueSome archive -> listen settings archive event state
        | _ -> fail (Fault.OutOfTurn(state.Phase.Name, "Archive")) state
