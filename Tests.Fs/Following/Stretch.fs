/// Bytes that tell where they are: whatever is lost, doubled or out of its place shows.
module HybridReplica.Tests.Following.Stretch

open System
open Expecto
open HybridReplica

// Its length divides no buffer, so that the same bytes do not come to lie at the same place soon.
let private pattern =
    let bytes = Array.zeroCreate<byte> 65521
    Random(1).NextBytes bytes
    bytes

/// Fills the destination with the bytes from this number on.
let rec fill (from: int64) (destination: Span<byte>) : unit =
    let start = int (from % int64 pattern.Length)
    let count = min destination.Length (pattern.Length - start)
    pattern.AsSpan(start, count).CopyTo destination

    if count < destination.Length then
        fill (from + int64 count) (destination.Slice count)

/// Whether these are the bytes from this number on.
let rec isAt (from: int64) (bytes: ReadOnlySpan<byte>) : bool =
    let start = int (from % int64 pattern.Length)
    let count = min bytes.Length (pattern.Length - start)

    bytes.Slice(0, count).SequenceEqual(ReadOnlySpan(pattern, start, count))
    && (count = bytes.Length || isAt (from + int64 count) (bytes.Slice count))

/// A moment that tells which byte came in it.
let momentOf (number: int64) : DateTimeOffset =
    DateTimeOffset.UnixEpoch.AddMilliseconds(float number)

/// One side of a buffer: adds the bytes in their order.
type Producer(buffer: StreamBuffer<int>) =
    let mutable added = 0L
    let mutable notices = 0

    /// How many bytes were added.
    member _.Added = added

    /// Adds the next bytes, received in the moment of the last of them.
    member _.Append(count: int) =
        let bytes = Array.zeroCreate<byte> count
        fill added (bytes.AsSpan())
        added <- added + int64 count
        buffer.Append(ReadOnlySpan bytes, momentOf (added - 1L))

    /// Adds the next notice: their numbers are 0, 1, 2 and so on.
    member _.Notice() =
        buffer.Add notices
        notices <- notices + 1

/// The other side: takes them, and looks whether they are the right ones.
type Consumer(buffer: StreamBuffer<int>) =
    let mutable taken = 0L
    let mutable notices = 0

    /// How many bytes were taken.
    member _.Taken = taken

    /// How many notices were taken.
    member _.Notices = notices

    /// Reads into so many bytes, and says how many there were.
    member _.Read(most: int) =
        let bytes = Array.zeroCreate<byte> most
        let count = buffer.Read(bytes.AsSpan())

        if not (isAt taken (ReadOnlySpan(bytes, 0, count))) then
            failtestf "%d bytes read from number %d on are others than those added." count taken

        taken <- taken + int64 count
        count

    /// Takes a notice if one comes next.
    member _.TryTake() =
        let mutable notice = -1
        let isThere = buffer.TryTakeNotice &notice

        if isThere then
            Expect.equal notice notices "the number of the notice"
            notices <- notices + 1

        isThere

    /// Takes all that is there.
    member this.TakeAll() =
        while this.Read 1000 > 0 || this.TryTake() do
            ()
