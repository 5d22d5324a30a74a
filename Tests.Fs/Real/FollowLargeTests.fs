/// Values so large that it matters how they are handed out.
module HybridReplica.Tests.Real.FollowLargeTests

open System
open System.IO
open System.Security.Cryptography
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following

let private mebibyte = 1 <<< 20
let private size = 100 * mebibyte

// Writes so many random bytes, and gives their checksum.
let private set (client: Client) : string =
    use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
    let random = Random 1
    let piece = Array.zeroCreate<byte> mebibyte

    let write (stream: Stream) =
        for _ in 1 .. size / mebibyte do
            random.NextBytes piece
            hash.AppendData piece
            stream.Write(piece, 0, piece.Length)

    client.SendLong([ "SET"; "large" ], size, write)
    Expect.equal (client.Read()) (Text "OK") "the answer to SET"
    Convert.ToHexString(hash.GetHashAndReset())

/// Adds up what comes of the value, and keeps none of it.
type private Taker() =
    let hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
    let mutable length = 0L
    let mutable largest = 0
    let mutable mostMemory = 0L

    let take (bytes: ReadOnlyMemory<byte>) =
        hash.AppendData bytes.Span
        length <- length + int64 bytes.Length
        largest <- max largest bytes.Length
        mostMemory <- max mostMemory (GC.GetTotalMemory false)

    member _.Sum = Convert.ToHexString(hash.GetCurrentHash())
    member _.Length = length
    member _.Largest = largest
    member _.MostMemory = mostMemory

    member _.Handle: Handler =
        fun client event ->
            match event with
            | :? CommandReceived as command when command.ArgumentCount = 2 && command.Argument(1).Length = size ->
                take (command.Argument 1)
            | :? CommandPart as part when part.Word = 2L ->
                Expect.equal part.WordLength (int64 size) "the length of the value"
                Expect.equal part.WordOffset length "where the part begins"
                take part.Bytes
            | _ -> ()

            acknowledging client event

    interface IDisposable with
        member _.Dispose() = hash.Dispose()

let private isTaken (largeCommand: int64) (weigh: Taker -> int64 -> Follower -> unit) =
    use server = RealServer.Start(DataSet.diskless [])
    use client = connect server
    let options = optionsFor server.Port
    options.LargeCommand <- largeCommand
    use taker = new Taker()
    let before = GC.GetTotalMemory true
    use follower = follow options taker.Handle
    client.Say "SET first 1" |> ignore
    let sum = set client
    client.Say "SET second 2" |> ignore
    catchUp client follower
    Expect.equal taker.Length (int64 size) "bytes that came"
    Expect.equal taker.Sum sum "the checksum of the bytes"
    Expect.equal (client.Say "WAIT 1 10000") (Number 1L) "replicas that have it"
    weigh taker (taker.MostMemory - before) follower

let tests =
    testSequenced
    <| testList
        "large values by following"
        [
            testCase "100 MiB in parts take little memory, and none of the other commands with them" (fun () ->
                isTaken mebibyte (fun taker more follower ->
                    Expect.isLessThanOrEqual taker.Largest mebibyte "bytes of the largest part"
                    Expect.isLessThan more (32L * int64 mebibyte) "bytes of memory more than before"

                    let parts =
                        follower.Entries
                        |> List.choose (fun entry ->
                            match entry.Given with
                            | Given.Part length -> Some(length, entry.Database)
                            | _ -> None)

                    // The name, the key and the value.
                    Expect.equal (parts |> List.sumBy (fst >> int64)) (int64 size + 8L) "bytes of all parts"
                    Expect.all parts (fun (_, database) -> database = Some 0) "the database of the parts"
                    Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "the other commands"))
            testCase "100 MiB whole" (fun () ->
                isTaken (1L <<< 30) (fun taker _ follower ->
                    Expect.equal taker.Largest size "bytes that came at once"
                    Expect.equal (follower.Count _.IsPart) 0 "parts"))
        ]
