namespace HybridReplica.Tests.Archive.Simulation

open System
open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// What is done to a disk.
[<RequireQualifiedAccess>]
type DiskOperation =
    | Create
    | Write
    | Cut
    | Sync
    | Rename
    | Remove
    | SyncFolder

    static member All = [ Create; Write; Cut; Sync; Rename; Remove; SyncFolder ]

/// What was done to the contents of a file and may not be on disk yet.
[<RequireQualifiedAccess>]
type ContentChange =
    | Written of at: int * bytes: byte[]
    | Cut of length: int

/// A file, under whatever name: what everybody reads of it, and what is on disk.
type DiskFile() =
    let mutable contents: byte[] = [||]
    let mutable durable: byte[] = [||]
    let pending = List<ContentChange>()

    static let apply (contents: byte[]) change =
        match change with
        | ContentChange.Written(at, bytes) ->
            let next = Array.zeroCreate (max contents.Length (at + bytes.Length))
            Array.blit contents 0 next 0 contents.Length
            Array.blit bytes 0 next at bytes.Length
            next
        | ContentChange.Cut length -> Array.truncate length contents

    // A write may come to the disk whole, not at all, up to somewhere, or from somewhere on. Where nothing came but
    // something behind it did, there are zeros.
    static let survive (chance: Chance) change =
        match change, chance.Between(1, 4) with
        | _, 1 -> [ change ]
        | _, 2 -> []
        | ContentChange.Cut _, _ -> [ change ]
        | ContentChange.Written(at, bytes), 3 ->
            [
                ContentChange.Written(at, Array.truncate (chance.Between(0, bytes.Length)) bytes)
            ]
        | ContentChange.Written(at, bytes), _ ->
            let first = chance.Between(0, bytes.Length)
            [ ContentChange.Written(at + first, Array.skip first bytes) ]

    /// What everybody reads.
    member _.Contents = contents

    /// How many changes there are that may not be on disk.
    member _.Pending = pending.Count

    member _.Change(change: ContentChange) : unit =
        contents <- apply contents change
        pending.Add change

    /// The first so many changes are on disk.
    member _.Sync(changes: int) : unit =
        for change in Seq.truncate changes pending do
            durable <- apply durable change

        pending.RemoveRange(0, min changes pending.Count)

    /// The first so many changes could not be synced. What was written is taken for clean from then on, and is read by
    /// everybody, but never comes to the disk (as Linux does it with the pages of a file).
    member _.Lose(changes: int) : unit =
        let isKept index change =
            index >= changes
            || match change with
               | ContentChange.Cut _ -> true
               | ContentChange.Written _ -> false

        let kept =
            pending |> Seq.indexed |> Seq.filter ((<||) isKept) |> Seq.map snd |> List.ofSeq

        pending.Clear()
        pending.AddRange kept

    /// What may be left of it when the power fails.
    member _.AfterPowerFailure(chance: Chance) : byte[] =
        let survivors =
            match chance.Between(1, 4) with
            | 1 -> []
            | 2 -> Seq.truncate (chance.Between(0, pending.Count)) pending |> List.ofSeq
            | _ -> pending |> Seq.collect (survive chance) |> List.ofSeq

        List.fold apply durable survivors

/// What was done to the names in a folder and may not be on disk yet.
[<RequireQualifiedAccess; NoComparison>]
type NameChange =
    | Created of name: string * file: DiskFile
    | Renamed of name: string * other: string * file: DiskFile
    | Removed of name: string

/// The process is dead in the middle of what it was doing.
exception ProcessDied

/// A folder on a disk, and whatever can happen to it. `meet` is asked before each operation: it may say that it fails,
/// or raise `ProcessDied`.
type FaultyDisk(chance: Chance, meet: DiskOperation * string -> FileTrouble voption) =
    let mutable names: Map<string, DiskFile> = Map.empty
    let mutable durable: Map<string, DiskFile> = Map.empty
    let pending = List<NameChange>()
    let mutable capacity = Int32.MaxValue

    let apply (names: Map<string, DiskFile>) change =
        match change with
        | NameChange.Created(name, file) -> names.Add(name, file)
        | NameChange.Renamed(name, other, file) ->
            let isThat =
                names.TryFind name
                |> Option.exists (fun other -> obj.ReferenceEquals(other, file))

            (if isThat then names.Remove name else names).Add(other, file)
        | NameChange.Removed name -> names.Remove name

    let change made =
        names <- apply names made
        pending.Add made

    let used () =
        names.Values |> Seq.sumBy (fun file -> file.Contents.Length)

    let attempt operation name succeed =
        match meet (operation, name) with
        | ValueSome trouble -> Error trouble
        | ValueNone -> succeed ()

    let find name succeed =
        match names.TryFind name with
        | Some file -> succeed file
        | None -> Error FileTrouble.NotFound

    // What is written when the process dies is there up to somewhere.
    let write name (bytes: byte[]) (file: DiskFile) =
        let append count =
            file.Change(ContentChange.Written(file.Contents.Length, Array.truncate count bytes))

        let met =
            try
                meet (DiskOperation.Write, name)
            with ProcessDied ->
                append (chance.Between(0, bytes.Length))
                raise ProcessDied

        match met with
        | ValueSome trouble ->
            append (chance.Between(0, bytes.Length))
            Error trouble
        | ValueNone when used () + bytes.Length > capacity ->
            append (max 0 (capacity - used ()))
            Error FileTrouble.Full
        | ValueNone ->
            append bytes.Length
            Ok()

    /// The names of all files.
    member _.Names: string list = names.Keys |> List.ofSeq

    /// What everybody reads of all files.
    member _.View: Map<string, byte[]> = names |> Map.map (fun _ file -> file.Contents)

    member _.TryRead(name: string) : byte[] voption =
        names.TryFind name
        |> Option.map (fun file -> file.Contents)
        |> ValueOption.ofOption

    /// Creates a file, or empties the one that is there.
    member _.Create(name: string) : Result<unit, FileTrouble> =
        attempt DiskOperation.Create name (fun () ->
            match names.TryFind name with
            | Some file -> file.Change(ContentChange.Cut 0)
            | None -> change (NameChange.Created(name, DiskFile()))

            Ok())

    /// Writes behind the end of a file. If there is no room for all of it, there is some of it.
    member _.Append(name: string, bytes: byte[]) : Result<unit, FileTrouble> = find name (write name bytes)

    /// Writes all of a file once more, as it is.
    member _.WriteAgain(name: string) : Result<unit, FileTrouble> =
        find name (fun file ->
            attempt DiskOperation.Write name (fun () ->
                file.Change(ContentChange.Written(0, file.Contents))
                Ok()))

    /// Empties a file that is there. That nothing comes in between is not sure on any disk, but likely.
    member _.Empty(name: string) : unit =
        names.TryFind name |> Option.iter (fun file -> file.Change(ContentChange.Cut 0))

    /// Cuts what is behind a length.
    member _.Cut(name: string, length: int) : Result<unit, FileTrouble> =
        find name (fun file ->
            attempt DiskOperation.Cut name (fun () ->
                if file.Contents.Length > length then
                    file.Change(ContentChange.Cut length)

                Ok()))

    /// Begins to sync a file. What is done when that ends is handed back: whatever was there before is on disk.
    member _.BeginSync(name: string) : unit -> Result<unit, FileTrouble> =
        match names.TryFind name with
        | Some file ->
            let changes = file.Pending

            fun () ->
                match attempt DiskOperation.Sync name Ok with
                | Ok() ->
                    file.Sync changes
                    Ok()
                | Error trouble ->
                    file.Lose changes
                    Error trouble
        | None -> fun () -> Error FileTrouble.NotFound

    member this.Sync(name: string) : Result<unit, FileTrouble> = this.BeginSync name ()

    member _.Rename(name: string, other: string) : Result<unit, FileTrouble> =
        find name (fun file ->
            attempt DiskOperation.Rename name (fun () ->
                change (NameChange.Renamed(name, other, file))
                Ok()))

    member _.Remove(name: string) : Result<unit, FileTrouble> =
        find name (fun _ ->
            attempt DiskOperation.Remove name (fun () ->
                change (NameChange.Removed name)
                Ok()))

    /// The names are on disk. What the files hold may not be.
    member _.SyncFolder() : Result<unit, FileTrouble> =
        attempt DiskOperation.SyncFolder "" (fun () ->
            durable <- names
            pending.Clear()
            Ok())

    /// Leaves room for so many more bytes.
    member _.Fill(spare: int) : unit = capacity <- used () + spare

    /// Leaves room for whatever comes.
    member _.MakeRoom() : unit = capacity <- Int32.MaxValue

    /// What may be left of all files when the power fails. Each change of a name may have come to the disk or not.
    member _.AfterPowerFailure(chance: Chance) : Map<string, byte[]> =
        let survivors =
            match chance.Between(1, 4) with
            | 1 -> []
            | 2 -> Seq.truncate (chance.Between(0, pending.Count)) pending |> List.ofSeq
            | _ -> pending |> Seq.filter (fun _ -> chance.OnceIn 2) |> List.ofSeq

        List.fold apply durable survivors
        |> Map.map (fun _ file -> file.AfterPowerFailure chance)

    /// The power fails.
    member this.FailPower() : unit =
        let left = this.AfterPowerFailure chance

        durable <-
            left
            |> Map.map (fun _ contents ->
                let file = DiskFile()
                file.Change(ContentChange.Written(0, contents))
                file.Sync 1
                file)

        names <- durable
        pending.Clear()
