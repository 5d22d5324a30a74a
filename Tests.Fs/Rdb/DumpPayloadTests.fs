/// What `RESTORE` takes, held against what a server answers to `DUMP`.
module HybridReplica.Tests.DumpPayloadTests

open System
open Expecto
open HybridReplica.Core

/// Answers of Redis 7.0.15 to `DUMP`.
let private answers =
    [
        "a string", "000576616c75650a0081f6c138c1aa9b6e"
        "a string that is a number", "00c139300a009d94ea2793fc08b9"
        "a list", "12010215150000000300836f6e6504020185746872656506ff0a00a2cdcb41827317f5"
        "a set", "0b0e02000000030000000100020003000a00a5025ce26d6e4d1b"
        "a hash", "100d0d0000000200816602817602ff0a0020f13d442354089d"
    ]
    |> List.map (fun (name, text) -> name, Convert.FromHexString text)

let private redis number =
    {
        Vendor = RdbVendor.Redis
        Number = number
    }

let private valueOf (payload: byte[]) =
    payload[1 .. payload.Length - 1 - DumpPayload.EndLength]

let private whole (valueType: byte) (value: byte[]) version =
    DumpPayload.Whole(valueType, ReadOnlySpan value, version)

/// The same, the value in pieces of so many bytes.
let private inPieces (size: int) (valueType: byte) (value: byte[]) version =
    let mutable payload = DumpPayload.Start valueType

    for piece in Array.chunkBySize size value do
        payload <- payload.Add(ReadOnlySpan piece)

    let tail = Array.zeroCreate<byte> DumpPayload.EndLength
    payload.End(version, Span tail)
    Array.concat [ [| valueType |]; value; tail ]

let tests =
    testList
        "dump payload"
        [
            testCase "it is what the server answers" (fun () ->
                for name, answer in answers do
                    Expect.equal (whole answer[0] (valueOf answer) (redis 10)) answer name)
            testCase "it is the same in any pieces" (fun () ->
                for name, answer in answers do
                    for size in 1 .. answer.Length do
                        Expect.equal (inPieces size answer[0] (valueOf answer) (redis 10)) answer $"{name}, {size}")
            testProperty "the checksum is that of everything before it" (fun (valueType: byte) (value: byte[]) ->
                let payload = whole valueType value (redis 11)
                let before = payload.Length - 8
                let stored = BitConverter.ToUInt64(payload, before)
                stored = Crc64.update (0UL, ReadOnlySpan(payload, 0, before)))
            testProperty "pieces and the whole are the same" (fun (valueType: byte) (value: byte[]) (size: uint8) ->
                inPieces (1 + int size) valueType value (redis 9) = whole valueType value (redis 9))
            testCase "the version is that of the RDB, whoever wrote it" (fun () ->
                for version, low, high in
                    [
                        redis 1, 1uy, 0uy
                        redis 14, 14uy, 0uy
                        redis 9999, 0x0Fuy, 0x27uy
                        {
                            Vendor = RdbVendor.Valkey
                            Number = 80
                        },
                        80uy,
                        0uy
                    ] do
                    let payload = whole 0uy [||] version
                    Expect.equal payload.Length 11 "one byte for the type, ten for the end"
                    Expect.equal (payload[1], payload[2]) (low, high) $"{version}")
        ]
