/// What `inspect` makes of snapshots, in memory.
module HybridReplica.Tests.Inspect.Inspecting

open System
open System.IO
open System.Text
open System.Threading.Tasks
open HybridReplica
open HybridReplica.Cli
open HybridReplica.Cli.Inspect
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Rdb

let latin1 (text: string) = Encoding.Latin1.GetBytes text

/// Keeps what it is given.
type private Collected() =
    inherit InspectOutput()
    let bytes = new MemoryStream()
    member _.Bytes = bytes.ToArray()
    override _.Take(part: ReadOnlyMemory<byte>) = bytes.Write part.Span

    override _.TryCutTo length =
        bytes.SetLength length
        true

    override _.CompleteAsync _ = Task.CompletedTask
    override _.Dispose() = ()

/// All keys.
let everything = EntryFilter([], [], [], 0L)

let jsonl (buffer: OutputBuffer) : EntryFormat = JsonEntries(buffer, true)

let resp (buffer: OutputBuffer) : EntryFormat = RespEntries(buffer, true)

let keys (buffer: OutputBuffer) : EntryFormat = KeyLines buffer

/// What a format writes of the keys of a snapshot that pass. Texts longer than `partsAbove` come in parts, and so does
/// the snapshot.
let writtenOf
    (format: OutputBuffer -> EntryFormat)
    (filter: EntryFilter)
    (limit: int64)
    (partsAbove: int)
    (snapshot: byte[])
    : byte[] =
    use output = new Collected()
    let buffer = OutputBuffer()
    let format = format buffer
    let inspection = Inspection(format, buffer, output, filter, limit)
    buffer.Offer <- Action inspection.FlushIfLarge
    let options = RdbReaderOptions(PartsAbove = partsAbove, BufferSize = partsAbove)
    RdbReader.Read(new MemoryStream(snapshot), inspection.Visit, options) |> ignore
    format.Finish()
    inspection.Flush()
    output.Bytes

/// What a format writes of all keys.
let written format snapshot =
    writtenOf format everything Int64.MaxValue 65536 snapshot

/// An entry with nothing said beside its value.
let entry (key: string) form value : WrittenEntry = WrittenEntry.Of(key, form, value)

/// A snapshot of Redis with these parts, and where its entries are in it.
let writtenWith (version: int) (parts: RdbPart list) : WrittenRdb =
    Writer.write
        1UL
        {
            Version = Snapshots.redis version
            Parts = parts
            IsSummed = true
        }

/// A snapshot of Redis with these parts.
let snapshotWith (version: int) (parts: RdbPart list) : byte[] = (writtenWith version parts).Bytes

/// A snapshot of Redis with these entries.
let snapshotOf (version: int) (entries: WrittenEntry list) : byte[] =
    snapshotWith version (List.map RdbPart.Entry entries)

/// Letters that no compression makes fewer.
let noise (length: int) : string =
    let random = Random length
    String(Array.init length (fun _ -> char (random.Next(int 'a', int 'z' + 1))))

/// A string.
let text (key: string) (value: string) =
    entry key 0 (RdbValue.String(latin1 value))

let id milliseconds sequence : StreamId =
    {
        Milliseconds = milliseconds
        Sequence = sequence
    }

/// A text as it is, behind its length.
let plain (text: string) : byte[] =
    Array.concat [ [| 0x40uy ||| byte (text.Length >>> 8); byte text.Length |]; latin1 text ]

/// A snapshot of these bytes: no text in it is compressed.
let plainSnapshot (body: byte[] list) : byte[] =
    Snapshots.withChecksum "REDIS0009" (Array.concat body)
