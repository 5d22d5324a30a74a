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

// The database, the type and the key come first, and the checksum last.
let private fileOf (magic: byte[]) (form: byte) (writeValue: Stream -> unit) : string =
    let path = Path.GetTempFileName()

    using (new BufferedStream(File.Create path, 1048576)) (fun stream ->
        write stream magic
        write stream [| 254uy; 0uy; form; 7uy |]
        write stream "ranking"B
        writeValue stream
        stream.WriteByte 255uy)

    let checksum = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteUInt64LittleEndian(Span checksum, checksumOf path)
    using (new FileStream(path, FileMode.Append)) (fun stream -> write stream checksum)
    path

let private writeLength (stream: Stream) (length: int) =
    let number = Array.zeroCreate<byte> 4
    BinaryPrimitives.WriteInt32BigEndian(Span number, length)
    stream.WriteByte 0x80uy
    write stream number

let private writeScore (stream: Stream) (score: float) =
    let number = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteDoubleLittleEndian(Span number, score)
    write stream number

/// A file that holds a sorted set of so many members, as `rdbSaveObject` writes one (7.0.15, RDB_TYPE_ZSET_2). The
/// caller removes it.
let file (members: int) : string =
    fileOf "REDIS0010"B 5uy (fun stream ->
        writeLength stream members

        for index in members .. -1 .. 1 do
            let name = Encoding.ASCII.GetBytes $"member:%08d{index}"
            stream.WriteByte(byte name.Length)
            write stream name
            writeScore stream (float index / 4.0))

let private writeName (stream: Stream) (length: int) =
    writeLength stream length
    write stream (Array.create length 'n'B)

/// A file that holds a sorted set with one member of so many bytes. The caller removes it.
let withLargeMember (length: int) : string =
    fileOf "REDIS0010"B 5uy (fun stream ->
        stream.WriteByte 1uy
        writeName stream length
        writeScore stream 1.5)

/// A file that holds a hash with one field of so many bytes (RDB_TYPE_HASH). The caller removes it.
let hashWithLargeField (length: int) : string =
    fileOf "REDIS0010"B 4uy (fun stream ->
        stream.WriteByte 1uy
        writeName stream length
        write stream [| 1uy; 'v'B |])
