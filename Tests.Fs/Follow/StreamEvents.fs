/// Events of the stream, as the library would hand them out.
module HybridReplica.Tests.Follow.StreamEvents

open System
open System.Text
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests

/// One byte for each character.
let bytes (text: string) = Encoding.Latin1.GetBytes text

/// The history that everything here belongs to.
let history = Generators.replicationIdOf "8de1787ba490483314a4d30f1c628bc5025eb761"

/// A place in it, with database 0.
let at (offset: int64) : Position =
    { Position.AtFullResync(history, Offset offset) with
        Database = ValueSome 0
    }

/// When everything happens.
let time = DateTimeOffset(2026, 11, 22, 12, 0, 0, 123, TimeSpan.Zero)

/// A command, in memory that holds other bytes too.
let command (mark: int64) (database: int) (transaction: int64 voption) (words: byte[] list) : CommandReceived =
    let start = 3
    let mutable next = 0

    let ranges =
        [|
            for word in words do
                { Start = next; Length = word.Length }
                next <- next + word.Length
        |]

    let received =
        CommandReceived(
            Offset = mark,
            Database = Nullable database,
            Transaction = ValueOption.toNullable transaction,
            ReceivedAt = time
        )

    received.Borrow(Array.concat (bytes "..." :: words @ [ bytes "..." ]), start, ranges, ranges.Length)
    received

/// The parts of a command whose words are cut into pieces of so many bytes at most. At an even place, the line end of
/// the last word comes by itself.
let parts (mark: int64) (database: int) (piece: int) (words: byte[] list) : CommandPart list =
    let cut index (word: byte[]) =
        let pieces =
            if word.Length = 0 then
                [ [||] ]
            else
                word |> Array.chunkBySize piece |> List.ofArray

        pieces
        |> List.mapi (fun number bytes -> index, word.Length, number * piece, bytes)

    let whole = words |> List.mapi cut |> List.concat

    let all =
        match List.last whole with
        | index, length, _, bytes when mark % 2L = 0L && bytes.Length > 0 -> whole @ [ index, length, length, [||] ]
        | _ -> whole

    let last = all.Length - 1

    all
    |> List.mapi (fun number (index, length, offset, bytes) ->
        let isLast = number = last

        let part =
            CommandPart(
                ArgumentCount = int64 words.Length - 1L,
                Word = index,
                WordLength = length,
                WordOffset = offset,
                Bytes = ReadOnlyMemory bytes,
                IsLast = isLast,
                Database = Nullable database,
                Offset = (if isLast then mark else mark - 1L),
                ReceivedAt = time
            )

        if isLast then
            part.Position <- at mark

        part)

/// What is told of a snapshot that stands there.
let snapshot (position: Position) =
    SnapshotReceived(
        SnapshotInfo(
            18L,
            SnapshotChecksum.Verified,
            "REDIS0010",
            null,
            Nullable(),
            "redis6",
            SnapshotPayload.Eof,
            TimeSpan.Zero,
            null
        ),
        Position = position,
        ReceivedAt = time
    )

/// The stream goes on there.
let resumed (position: Position) (isRewound: bool) =
    Resumed(Position = position, ReceivedAt = time, IsRewound = isRewound)

/// Everything comes anew.
let fullResync reason = FullResync(reason, ReceivedAt = time)
