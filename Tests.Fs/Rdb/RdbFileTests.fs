/// What is said of RDB files that servers of all eras wrote.
module HybridReplica.Tests.RdbFileTests

open System
open System.Buffers.Binary
open System.IO
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Snapshots

/// The folder of sample files beside the repository, which not everybody has.
let private samples =
    let rec search (folder: DirectoryInfo | null) =
        match folder with
        | null -> None
        | found when Directory.Exists(Path.Combine(found.FullName, "shared", "rdb")) ->
            Some(Path.Combine(found.FullName, "shared", "rdb"))
        | other -> search other.Parent

    [ AppContext.BaseDirectory; Environment.CurrentDirectory ]
    |> List.tryPick (fun start -> search (DirectoryInfo start))

let private onSamples law =
    fun () ->
        match samples with
        | None -> skiptest "There is no folder shared/rdb beside the repository."
        | Some folder ->
            let files = DirectoryInfo(folder).GetFiles "*.rdb"
            Expect.isNonEmpty files $"the RDB files in {folder}"

            for file in files do
                law file.Name (File.ReadAllBytes file.FullName)

/// What is said of a file that its servers wrote and nobody damaged.
let private soundVerdict name (version: RdbVersion) =
    match name with
    | "script.rdb" -> RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled)
    | _ when version.HasChecksum -> RdbVerdict.Verified version
    | _ -> RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld)

/// What is said of a file somebody wrote over: its checksum is not that of its bytes.
let private damagedVerdict version (bytes: byte[]) =
    let stored =
        BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan(bytes, bytes.Length - 8, 8))

    RdbVerdict.ChecksumMismatch(version, stored, checksum bytes[.. bytes.Length - 9])

let tests =
    testList
        "RDB files"
        [
            testCase "of all eras get the verdict they deserve"
            <| onSamples (fun name bytes ->
                let version = RdbVersion.TryRead(ReadOnlySpan bytes)
                Expect.isTrue version.IsSome $"{name} names its version"

                let expected =
                    match name with
                    | "invalid_chksum_v8.rdb"
                    | "future_v19.rdb" -> damagedVerdict version.Value bytes
                    | _ -> soundVerdict name version.Value

                Expect.equal (conclude bytes) expected name)
            testCase "get the same verdict in chunks of any size"
            <| onSamples (fun name bytes ->
                for size in [ 1; 2; 7; 8; 9; 10; 64; 1000 ] do
                    let chunks = List.ofArray (Array.chunkBySize size bytes)
                    Expect.equal (check chunks) (check [ bytes ]) $"{name} in chunks of {size}")
            testCase "that were verified are not with one flipped bit"
            <| onSamples (fun name bytes ->
                let bits = 8 * bytes.Length

                if isVerified bytes then
                    for bit in Seq.append (seq { 0 .. 1 + bits / 2000 .. bits - 1 }) (seq { bits - 80 .. bits - 1 }) do
                        Expect.isFalse (isVerified (flip bit bytes)) $"{name}, bit {bit}")
        ]
