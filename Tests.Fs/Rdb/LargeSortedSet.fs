/// A sorted set that no packed container can hold, and that should not have to be in memory.
module HybridReplica.Tests.LargeSortedSet

open System
open System.Buffers.Binary
open System.IO
open System.Text
open HybridReplica.Core

let private write (stream: Stream) (bytes: byte[]) = stream.Write(ReadOnlySpan bytes)

let private checksumOf (file: string) =
    use stream = File.OpenRead file
    let block = Array.zeroCreate<byte> 1048576
    let mutable checksum = 0UL
    let mutable length = stream.Read(block, 0, block.Length)

    while length > 0 do
        checksum <- Crc64.update (checksum, ReadOnlySpan(block, 0, length))
        length <- stream.Read(block, 0, block.Length)

    checksum

/// A file that holds a sorted set of so many members, as `rdbSaveObject` writes one (7.0.15, RDB_TYPE_ZSET_2). The
/// caller removes it.
let file (members: int) : string =
    let path = Path.GetTempFileName()
    let number = Array.zeroCreate<byte> 8

    using (new BufferedStream(File.Create path, 1048576)) (fun stream ->
        // The database, the type, the key, and a count of four bytes.
        write stream "REDIS0010"B
        write stream [| 254uy; 0uy; 5uy; 7uy |]
        write stream "ranking"B
        stream.WriteByte 0x80uy
        BinaryPrimitives.WriteInt32BigEndian(Span number, members)
        stream.Write(number, 0, 4)

        for index in members .. -1 .. 1 do
            let name = Encoding.ASCII.GetBytes $"member:%08d{index}"
            stream.WriteByte(byte name.Length)
            write stream name
            BinaryPrimitives.WriteDoubleLittleEndian(Span number, float index / 4.0)
            write stream number

        stream.WriteByte 255uy)

    BinaryPrimitives.WriteUInt64LittleEndian(Span number, checksumOf path)
    using (new FileStream(path, FileMode.Append)) (fun stream -> write stream number)
    path
