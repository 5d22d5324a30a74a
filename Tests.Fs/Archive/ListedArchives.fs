/// Archives as manifests may list them, whatever their files are called.
module HybridReplica.Tests.ListedArchives

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private ids =
    [
        Generators.replicationIdOf (String('a', 40))
        Generators.replicationIdOf ("#\"\\'" + String('7', 36))
        Generators.replicationIdOf ("0123456789" + String('f', 30))
    ]

let private positionAt offset : Gen<Position> =
    gen {
        let! id = Gen.elements ids
        let! database = Gen.choose (0, 16)

        return
            { Position.AtFullResync(id, Offset offset) with
                Database = ValueSome database
            }
    }

let private baseAt name sequence offset : Gen<ArchiveBase> =
    gen {
        let! position = positionAt offset
        let! received = Gen.choose64 (0L, 4000000000000L)
        let! size = Gen.choose64 (0L, 1L <<< 50)
        let! checksum = Gen.choose64 (Int64.MinValue, Int64.MaxValue)

        return
            {
                File = ArchiveNames.ofBase name sequence
                Sequence = sequence
                Position = position
                ReceivedAt = received
                Size = size
                Checksum = uint64 checksum
            }
    }

let private segmentAt name sequence offset length : Gen<ArchiveSegment> =
    gen {
        let! start = positionAt offset

        return
            {
                File = ArchiveNames.ofSegment name sequence
                Sequence = sequence
                Start = start
                End = ValueSome(Offset(offset + length))
            }
    }

let private generation name number firstSegment offset : Gen<Generation> =
    gen {
        let! first = baseAt name number offset
        let! lengths = Gen.resize 4 (Gen.listOf (Gen.choose64 (0L, 1L <<< 40)))
        let offsets = List.scan (+) offset lengths

        let! segments =
            List.zip3
                [ for index in 1 .. lengths.Length -> firstSegment + 2L * int64 index ]
                offsets[.. lengths.Length - 1]
                lengths
            |> List.map (fun (sequence, offset, length) -> segmentAt name sequence offset length)
            |> Gen.sequenceToList

        return { Base = first; Segments = segments }
    }

let private openLast (generation: Generation) =
    match List.rev generation.Segments with
    | last :: earlier ->
        { generation with
            Segments = List.rev ({ last with End = ValueNone } :: earlier)
        }
    | [] -> generation

let rec private generations name number offset left : Gen<Generation list> =
    if left = 0 then
        Gen.constant []
    else
        gen {
            let! first = generation name number (number * 1000L) offset
            let! step = Gen.choose64 (0L, 1L <<< 41)
            let! isOpen = Gen.elements [ true; false ]
            let! rest = generations name (number + 1L) (offset + step) (left - 1)
            return (if left = 1 && isOpen then openLast first else first) :: rest
        }

/// Archives of up to four generations, with gaps and overlaps between them, some of them still written.
let archives: Arbitrary<Archive> =
    let shrink (archive: Archive) =
        seq {
            if not archive.Generations.IsEmpty then
                {
                    Generations = List.tail archive.Generations
                }
        }

    Arb.fromGenShrink (
        gen {
            let! name = ManifestTests.names.Generator
            let! count = Gen.choose (0, 4)
            let! offset = Gen.choose64 (0L, 1L <<< 45)
            let! generations = generations name 1L offset count
            return { Generations = generations }
        },
        shrink
    )
