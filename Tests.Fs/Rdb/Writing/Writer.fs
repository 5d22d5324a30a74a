/// Writes RDB files from what is in them.
module HybridReplica.Tests.Rdb.Writer

open System
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Snapshots

let private writeValue (pen: Pen) form value =
    match value with
    | RdbValue.String text -> Texts.write pen text
    | RdbValue.List elements -> Collections.writeList pen form elements
    | RdbValue.Set members -> Collections.writeSet pen form members
    | RdbValue.SortedSet members -> Collections.writeSortedSet pen form members
    | RdbValue.Hash fields -> Collections.writeHash pen form fields
    | RdbValue.Stream(entries, details) -> Streams.write pen form entries details.Value
    | RdbValue.Array(elements, insertAt) -> Collections.writeArray pen elements insertAt
    | RdbValue.Module(name, version, items) -> Modules.write pen name version items

/// In milliseconds, or in seconds where it is a whole number of them and, before version 3, always.
let private writeExpiry (pen: Pen) (expiry: int64) =
    let seconds = expiry / 1000L

    let fitsSeconds =
        expiry % 1000L = 0L && seconds >= 0L && seconds <= int64 Int32.MaxValue

    let isOld = pen.Version.Vendor = RdbVendor.Redis && pen.Version.Number < 3

    if isOld || (fitsSeconds && pen.Chance.OnceIn 2) then
        pen.Byte 253
        pen.LittleEndian(4, seconds)
    else
        pen.Byte 252
        pen.LittleEndian(8, expiry)

let private writeMetadata (pen: Pen) (metadata: (int64 * ModuleItem list) list) =
    pen.Byte 243
    pen.Length metadata.Length

    for klass, items in metadata do
        pen.LittleEndian(4, klass)
        Modules.writeItems pen items

let private inAnyOrder (pen: Pen) (writers: (unit -> unit) list) =
    for write in List.sortBy (fun _ -> pen.Chance.Next()) writers do
        write ()

let private writeEntry (pen: Pen) (entry: WrittenEntry) : EntryBounds =
    let start = pen.Position

    inAnyOrder
        pen
        [
            match entry.Expiry with
            | ValueSome expiry -> fun () -> writeExpiry pen expiry
            | ValueNone -> ()
            match entry.Idle with
            | ValueSome idle ->
                fun () ->
                    pen.Byte 248
                    pen.Length idle
            | ValueNone -> ()
            match entry.Frequency with
            | ValueSome frequency ->
                fun () ->
                    pen.Byte 249
                    pen.Byte frequency
            | ValueNone -> ()
            if not entry.Metadata.IsEmpty then
                fun () -> writeMetadata pen entry.Metadata
        ]

    pen.Byte entry.Form
    Texts.write pen entry.Key
    let valueStart = pen.Position
    writeValue pen entry.Form entry.Value

    {
        Start = start
        ValueStart = valueStart
        End = pen.Position
    }

let private writePart (pen: Pen) part : EntryBounds list =
    match part with
    | RdbPart.Entry entry -> [ writeEntry pen entry ]
    | part ->
        match part with
        | RdbPart.Auxiliary(name, value) ->
            pen.Byte 250
            Texts.write pen name
            Texts.write pen value
        | RdbPart.FunctionLibrary source ->
            pen.Byte 245
            Texts.write pen source
        | RdbPart.ModuleAuxiliary(id, placement, items) ->
            pen.Byte 247
            pen.Length(uint64 id)
            pen.Length 2
            pen.Length placement
            Modules.writeItems pen items
        | RdbPart.SlotImport(job, ranges) ->
            pen.Byte 243
            Texts.write pen job
            pen.Length ranges.Length

            for first, last in ranges do
                pen.Length first
                pen.Length last
        | RdbPart.Database number ->
            pen.Byte 254
            pen.Length number
        | RdbPart.DatabaseSize(keys, expiring) ->
            pen.Byte 251
            pen.Length keys
            pen.Length expiring
        | RdbPart.SlotInfo(slot, keys, expiring) ->
            pen.Byte 244
            pen.Length slot
            pen.Length keys
            pen.Length expiring
        | RdbPart.Entry _ -> ()

        []

/// The same seed gives the same bytes.
let write (seed: uint64) (content: RdbContent) : WrittenRdb =
    let pen = Pen(Chance seed, content.Version)
    pen.Bytes(latin1 (content.Version.ToString()))
    let entries = List.collect (writePart pen) content.Parts
    pen.Byte 255

    if content.Version.HasChecksum then
        let sum = if content.IsSummed then checksum (pen.ToArray()) else 0UL
        pen.Bytes(littleEndian sum)

    {
        Bytes = pen.ToArray()
        Entries = entries
    }
