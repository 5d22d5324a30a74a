/// What is written to an index is read back up to the first byte that is not what was written, and found by offset and
/// by time.
module HybridReplica.Tests.ArchiveIndexTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private entry offset at time : IndexEntry =
    {
        Offset = Offset offset
        Byte = at
        ReceivedAt = time
        Database = 3
        Checksum = uint64 (offset * 0x9E3779B97F4A7C15L)
    }

/// Entries in their order, some of them at the same place or of the same time.
let private entries: Arbitrary<IndexEntry list> =
    gen {
        let step = Gen.frequency [ 1, Gen.constant 0L; 3, Gen.choose64 (1L, 1L <<< 30) ]
        let! steps = Gen.listOf (Gen.zip step step)

        return
            steps
            |> List.scan (fun (offset, time) (further, later) -> offset + further, time + later) (0L, 0L)
            |> List.map (fun (offset, time) -> entry offset (offset + 23L) time)
    }
    |> Arb.fromGen

let private written (entries: IndexEntry list) : byte[] =
    let bytes =
        Array.zeroCreate (ArchiveIndex.HeaderSize + entries.Length * ArchiveIndex.EntrySize)

    let place index =
        ArchiveIndex.HeaderSize + index * ArchiveIndex.EntrySize

    entries
    |> List.indexed
    |> List.fold
        (fun check (index, entry) -> ArchiveIndex.Write(entry, check, bytes.AsSpan(place index)))
        (ArchiveIndex.WriteHeader(bytes.AsSpan()))
    |> ignore

    bytes

let private read (bytes: byte[]) = ArchiveIndex.Read(ReadOnlySpan bytes)

let private wholeIn length =
    if length < ArchiveIndex.HeaderSize then
        0
    else
        (length - ArchiveIndex.HeaderSize) / ArchiveIndex.EntrySize

let private placed =
    Gen.zip3 entries.Generator (Gen.choose (0, 1000000)) (Gen.choose (1, 255))

let private placeIn (bytes: byte[]) parts =
    int (int64 bytes.Length * int64 parts / 1000001L)

let private sample =
    [ for index in 0L .. 4L -> entry (index * 10L) (index * 11L) (index * 100L) ]

let private bytesOf sizes =
    let before = GC.GetAllocatedBytesForCurrentThread()
    sizes ()
    GC.GetAllocatedBytesForCurrentThread() - before

let tests =
    testList
        "archive index"
        [
            testProperty "what is written is read back, and more can be written behind it"
            <| Prop.forAll entries (fun entries ->
                let bytes = written entries
                let reading = read bytes
                Expect.equal (List.ofArray reading.Entries) entries "the entries"
                Expect.equal reading.WholeBytes bytes.Length "the bytes that are whole"
                Expect.isFalse (reading.IsTorn || reading.IsDamaged) "nothing is wrong"
                let next = entry Int64.MaxValue 1L 2L
                let more = Array.zeroCreate ArchiveIndex.EntrySize
                ArchiveIndex.Write(next, reading.Check, more.AsSpan()) |> ignore
                let longer = read (Array.append bytes more)
                Expect.equal (List.ofArray longer.Entries) (entries @ [ next ]) "with one more")
            testCase "entries have the form that is documented" (fun () ->
                let bytes = written [ entry 0x0102030405060708L 9L 10L ]
                Expect.equal bytes.Length 64 "a header of 16 bytes, and 48 bytes"
                Expect.equal bytes[16..23] [| 8uy; 7uy; 6uy; 5uy; 4uy; 3uy; 2uy; 1uy |] "the offset, little endian"
                Expect.equal bytes[24] 9uy "the byte"
                Expect.equal bytes[32] 10uy "the time"
                Expect.equal bytes[40] 3uy "the database"

                Expect.equal
                    (BitConverter.ToUInt64(bytes, 56))
                    (Crc64.update (0UL, ReadOnlySpan(bytes, 0, 56)))
                    "the check is that of everything in front of it")
            testProperty "an index that is cut short is read up to its last whole entry"
            <| Prop.forAll (Arb.fromGen placed) (fun (entries, parts, _) ->
                let bytes = written entries
                let length = placeIn bytes parts
                let reading = read (Array.truncate length bytes)
                let whole = wholeIn length
                Expect.equal (List.ofArray reading.Entries) (List.truncate whole entries) "the entries"
                Expect.isFalse reading.IsDamaged "it is not damaged"
                Expect.equal reading.IsTorn (reading.WholeBytes < length) "it is torn unless an entry ends there"
                Expect.equal reading.Rest (length - reading.WholeBytes) "what is behind")
            testProperty "an index with one other byte is read up to the entry in which it is"
            <| Prop.forAll (Arb.fromGen placed) (fun (entries, parts, change) ->
                let bytes = written entries
                let index = placeIn bytes parts
                bytes[index] <- bytes[index] ^^^ byte change
                let reading = read bytes
                Expect.equal (List.ofArray reading.Entries) (List.truncate (wholeIn index) entries) "the entries"
                Expect.isTrue reading.IsDamaged "it is damaged"
                Expect.isFalse reading.IsTorn "it is not torn")
            testCase "the last entry is read without those in front of it" (fun () ->
                let bytes = written sample
                let header = ReadOnlySpan(bytes, 0, 16)

                let last =
                    ArchiveIndex.ReadLast(ReadOnlySpan(bytes, 160, 48), ReadOnlySpan(bytes, 208, 48))

                Expect.equal last (ValueSome(List.last sample)) "the last entry"
                let first = ArchiveIndex.ReadLast(header, ReadOnlySpan(bytes, 16, 48))
                Expect.equal first (ValueSome sample.Head) "the first entry, behind the header"

                let other =
                    ArchiveIndex.ReadLast(ReadOnlySpan(bytes, 112, 48), ReadOnlySpan(bytes, 208, 48))

                Expect.equal other ValueNone "an entry that was not written behind the other")
            testCase "entries that change places are noticed" (fun () ->
                let bytes = written sample

                let swapped =
                    Array.concat [ bytes[..63]; bytes[112..159]; bytes[64..111]; bytes[160..] ]

                Expect.equal (read swapped).Entries.Length 1 "the entries"
                Expect.isTrue (read swapped).IsDamaged "it is damaged")
            testCase "zeros behind the last entry are no entries" (fun () ->
                let reading = read (Array.append (written sample) (Array.zeroCreate 4096))
                Expect.equal reading.Entries.Length sample.Length "the entries"
                Expect.isTrue reading.IsDamaged "it is damaged")
            testProperty "entries are found by offset"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip entries.Generator (Gen.choose64 (-1L, 1L <<< 34))))
                (fun (entries, near) ->
                    for offset in near :: (entries |> List.map (fun entry -> entry.Offset.Bytes)) do
                        let expected =
                            entries
                            |> List.tryFindIndexBack (fun entry -> entry.Offset.Bytes <= offset)
                            |> Option.defaultValue -1

                        let found =
                            ArchiveIndex.LastAtOrBefore(ReadOnlySpan(Array.ofList entries), Offset offset)

                        Expect.equal found expected $"the last entry at {offset} or in front of it")
            testProperty "entries are found by time"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip entries.Generator (Gen.choose64 (-1L, 1L <<< 34))))
                (fun (entries, near) ->
                    for time in near :: (entries |> List.map (fun entry -> entry.ReceivedAt)) do
                        let expected =
                            entries
                            |> List.tryFindIndex (fun entry -> entry.ReceivedAt > time)
                            |> Option.defaultValue entries.Length

                        let found = ArchiveIndex.FirstAfterTime(ReadOnlySpan(Array.ofList entries), time)
                        Expect.equal found expected $"the first entry later than {time}")
            testCase "writing does not allocate" (fun () ->
                let target: byte[] = Array.zeroCreate 128
                let first = sample.Head

                let write () =
                    for _ in 1..1000 do
                        let check = ArchiveIndex.WriteHeader(target.AsSpan())
                        ArchiveIndex.Write(first, check, target.AsSpan()) |> ignore
                        SegmentLines.WriteAnnotation(1700000000L, target.AsSpan()) |> ignore
                        SegmentLines.WriteSelect(15, target.AsSpan()) |> ignore

                write ()
                Expect.isLessThan (bytesOf write) 1000L "bytes allocated")
            testCase "an entry is due after 100 ms or a MiB, and its time never goes back" (fun () ->
                let last = entry 1000L 1023L 5000L

                let isDue offset now =
                    IndexRules.IsEntryDue(last, Offset offset, now)

                Expect.isFalse (isDue 1001L 5099L) "too early"
                Expect.isTrue (isDue 1001L 5100L) "late enough"
                Expect.isTrue (isDue 1000L 5100L) "at the same place, but later"
                Expect.isFalse (isDue (999L + 1048576L) 5000L) "too little"
                Expect.isTrue (isDue (1000L + 1048576L) 5000L) "much enough"
                Expect.isTrue (isDue (1000L + 1048576L) 4000L) "much enough, while the clock goes back"
                Expect.isFalse (isDue 2000L 4000L) "the clock goes back"
                Expect.equal (IndexRules.NotBefore(last, 4000L)) 5000L "the time while the clock goes back"
                Expect.equal (IndexRules.NotBefore(last, 6000L)) 6000L "the time")
            testCase "an annotation is due when the second has advanced" (fun () ->
                Expect.isTrue (IndexRules.IsAnnotationDue(ValueNone, 0L)) "there is none"
                Expect.isFalse (IndexRules.IsAnnotationDue(ValueSome 7L, 7999L)) "the same second"
                Expect.isTrue (IndexRules.IsAnnotationDue(ValueSome 7L, 8000L)) "the next second"
                Expect.isFalse (IndexRules.IsAnnotationDue(ValueSome 7L, 6000L)) "the clock goes back")
        ]
