/// Streams to read an RDB from, and what was found in them.
module HybridReplica.Tests.Reading.Streams

open System
open System.IO
open System.Threading
open System.Threading.Tasks
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// A stream that brings its bytes in pieces of any size, and cannot seek. Behind them it does what it is told.
[<Sealed>]
type Dripping(bytes: byte[], pieces: uint64, behind: CancellationToken -> Task) =
    inherit Stream()

    let chance = Chance pieces
    let mutable position = 0

    let next (room: int) =
        let count = min (min room (bytes.Length - position)) (chance.Between(1, 40))
        let piece = ArraySegment(bytes, position, count)
        position <- position + count
        piece

    new(bytes, pieces) = new Dripping(bytes, pieces, (fun _ -> Task.CompletedTask))

    member val IsDisposed = false with get, set

    override this.Dispose(isDisposing: bool) =
        this.IsDisposed <- true
        base.Dispose isDisposing

    override _.CanRead = true
    override _.CanSeek = false
    override _.CanWrite = false
    override _.Length = raise (NotSupportedException())

    override _.Position
        with get () = raise (NotSupportedException())
        and set _ = raise (NotSupportedException())

    override _.Flush() = ()
    override _.Seek(_, _) = raise (NotSupportedException())
    override _.SetLength _ = raise (NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) = raise (NotSupportedException())

    override this.Read(buffer: byte[], offset: int, count: int) = this.Read(Span(buffer, offset, count))

    override _.Read(room: Span<byte>) =
        if position = bytes.Length then
            (behind CancellationToken.None).Wait()

        let piece = next room.Length
        piece.AsSpan().CopyTo room
        piece.Count

    override _.ReadAsync(room: Memory<byte>, cancellation: CancellationToken) =
        ValueTask<int>(
            task {
                if position = bytes.Length then
                    do! behind cancellation
                elif chance.OnceIn 2 then
                    do! Task.Yield()

                let piece = next room.Length
                piece.AsMemory().CopyTo room
                return piece.Count
            }
        )

/// An event, with the whole text where that came in parts.
[<NoComparison>]
type Found =
    {
        Kind: RdbTokenKind
        Text: byte[]
        IsNumber: bool
        Numbers: int64 list
        /// Of the entry it belongs to: database, form, expiry, idle time, frequency and where it begins.
        Entry: struct (int * int * Nullable<int64> * Nullable<int64> * Nullable<int> * int64) voption
    }

/// Collects events.
[<Sealed>]
type Collecting() =
    let found = ResizeArray<Found>()
    let text = ResizeArray<byte>()
    let mutable isInEntry = false

    let entry (event: RdbEvent) =
        match event.ValueType with
        | null -> ValueNone
        | form ->
            ValueSome(
                struct (event.Database, form.Number, event.Expiry, event.Idle, event.Frequency, event.EntryOffset)
            )

    let isRaw (event: RdbEvent) =
        event.Kind = RdbTokenKind.Raw
        && found.Count > 0
        && found[found.Count - 1].Kind = RdbTokenKind.Raw

    /// What was found so far.
    member _.Found = List.ofSeq found

    /// One event more.
    member _.Add(event: RdbEvent) =
        if event.Kind = RdbTokenKind.EntryStarted then
            isInEntry <- true

        text.AddRange(event.Text.ToArray())

        if isRaw event then
            found[found.Count - 1] <-
                { found[found.Count - 1] with
                    Text = Array.append found[found.Count - 1].Text (text.ToArray())
                }

            text.Clear()
        elif event.Kind = RdbTokenKind.Raw || event.IsLast then
            found.Add
                {
                    Kind = event.Kind
                    Text = text.ToArray()
                    IsNumber = event.IsNumber
                    Numbers = [ event.Number; event.Second; event.Third; event.Count ]
                    Entry = if isInEntry then entry event else ValueNone
                }

            text.Clear()

        if event.Kind = RdbTokenKind.EntryEnded then
            isInEntry <- false

/// What a callback hears, and what came of it.
let visited (stream: Stream) (options: RdbReaderOptions) : Found list * RdbResult =
    let collecting = Collecting()
    let result = RdbReader.Read(stream, collecting.Add, options)
    collecting.Found, result

/// What an enumeration brings, and what came of it.
let enumerated (stream: Stream) (options: RdbReaderOptions) : Task<Found list * RdbResult> =
    task {
        let collecting = Collecting()
        let reading = RdbReader.ReadAsync(stream, options)
        let events = reading.GetAsyncEnumerator()
        let mutable goesOn = true

        try
            while goesOn do
                let! hasMore = events.MoveNextAsync()
                goesOn <- hasMore

                if hasMore then
                    collecting.Add events.Current
        finally
            events.DisposeAsync().AsTask().Wait()

        match reading.Result with
        | null -> return failwith "The reading says nothing of what came of it."
        | result -> return collecting.Found, result
    }
