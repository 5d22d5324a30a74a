/// Whole RDBs of every version, with everything in them that belongs into that version.
module HybridReplica.Tests.Rdb.ContentGenerators

open System
open FsCheck.FSharp
open FsCheck
open HybridReplica.Core
open HybridReplica.Tests.Rdb.TextGenerators
open HybridReplica.Tests.Rdb.ValueGenerators

let private orNever isThere (element: Gen<'Element voption>) : Gen<'Element voption> =
    if isThere then element else Gen.constant ValueNone

let private metadata: Gen<(int64 * ModuleItem list) list> =
    Gen.frequency
        [
            4, Gen.constant []
            1,
            Gen.zip (Gen.map (fun klass -> klass &&& 0xFFFF_FFFFL) number) (smallList moduleItem)
            |> Gen.listOfLength 2
        ]

/// Before version 3 there are seconds only.
let private expiry likeRedis : Gen<int64> =
    let seconds =
        Gen.map (fun seconds -> 1000L * int64 seconds) (Gen.choose (0, Int32.MaxValue))

    if likeRedis < 3 then
        seconds
    else
        Gen.frequency [ 1, seconds; 2, time ]

let entry (version: RdbVersion) form : Gen<WrittenEntry> =
    gen {
        let likeRedis = Forms.likeRedis version
        let! key = text
        let! value = value form
        let! expiry = sometimes (expiry likeRedis)
        let! idle = orNever (likeRedis >= 9) (sometimes count)
        let! frequency = orNever (likeRedis >= 9) (sometimes (Gen.choose (0, 255)))
        let! metadata = if likeRedis >= 13 then metadata else Gen.constant []

        return
            {
                Key = key
                Form = form
                Value = value
                Expiry = expiry
                Idle = idle
                Frequency = frequency
                Metadata = metadata
            }
    }

let private auxiliary =
    Gen.map2 (fun name value -> RdbPart.Auxiliary(name, value)) text text

let private moduleAuxiliary =
    gen {
        let! name = moduleName
        let! version = Gen.choose (0, 1023)
        let! placement = Gen.elements [ 1L; 2L ]
        let! items = smallList moduleItem
        return RdbPart.ModuleAuxiliary(int64 (Modules.idOf name version), placement, items)
    }

let private slotImport =
    Gen.map2
        (fun job ranges -> RdbPart.SlotImport(job, ranges))
        (Gen.map Texts.ascii (Gen.constant (String('f', 40))))
        (smallList (Gen.zip (Gen.map int64 (Gen.choose (0, 16383))) (Gen.map int64 (Gen.choose (0, 16383)))))

/// What can be in front of the keys.
let private heading (version: RdbVersion) : Gen<RdbPart list> =
    let likeRedis = Forms.likeRedis version

    Gen.oneof
        [
            Gen.constant []
            if likeRedis >= 7 then
                Gen.resize 3 (Gen.listOf auxiliary)
            if likeRedis >= 9 then
                Gen.resize 2 (Gen.listOf moduleAuxiliary)
            if likeRedis >= 10 then
                Gen.map (fun source -> [ RdbPart.FunctionLibrary source ]) text
            if version.Vendor = RdbVendor.Valkey then
                Gen.map List.singleton slotImport
        ]

let private entries (version: RdbVersion) : Gen<RdbPart list> =
    Gen.resize 6 (Gen.listOf (Gen.elements (Forms.formsOf version) |> Gen.bind (entry version)))
    |> Gen.map (List.map RdbPart.Entry)

let private database (version: RdbVersion) : Gen<RdbPart list> =
    gen {
        let! number = Gen.choose (0, 20_000)
        let! keys = count
        let! expiring = count
        let! slot = Gen.choose (0, 16383)
        let! entries = entries version

        return
            [
                RdbPart.Database(int64 number)
                if Forms.likeRedis version >= 7 then
                    RdbPart.DatabaseSize(keys, expiring)
                if Forms.likeRedis version >= 12 then
                    RdbPart.SlotInfo(int64 slot, keys, expiring)
                yield! entries
            ]
    }

let content: Gen<RdbContent> =
    gen {
        let! version =
            Gen.frequency [ 1, Gen.elements Forms.versions; 2, Gen.elements (List.skip 8 Forms.versions) ]

        let! heading = heading version
        let! databases = Gen.resize 2 (Gen.listOf (database version))

        let! trailing =
            if Forms.likeRedis version >= 9 then
                Gen.resize 1 (Gen.listOf moduleAuxiliary)
            else
                Gen.constant []

        let! isSummed = Gen.frequency [ 4, Gen.constant true; 1, Gen.constant false ]

        return
            {
                Version = version
                Parts = heading @ List.concat databases @ trailing
                IsSummed = isSummed && version.HasChecksum
            }
    }

/// An RDB of any version, with anything in it.
let contents: Arbitrary<RdbContent> =
    Arb.fromGenShrink (content, ContentShrinking.shrink)

/// An RDB with one entry of that type, of any version that has it.
let ofForm form : Arbitrary<RdbContent> =
    let content =
        gen {
            let! version =
                Forms.versions
                |> List.filter (fun version -> List.contains form (Forms.formsOf version))
                |> Gen.elements

            let! entry = entry version form

            return
                {
                    Version = version
                    Parts = [ RdbPart.Entry entry ]
                    IsSummed = version.HasChecksum
                }
        }

    Arb.fromGenShrink (content, ContentShrinking.shrink)

/// Of how an RDB is written.
let seeds: Arbitrary<uint64> =
    Arb.fromGen (Gen.map (fun (number: int) -> uint64 number) (Gen.choose (0, Int32.MaxValue)))

/// Something that is true of these RDBs, however they are written.
let lawOf (contents: Arbitrary<RdbContent>) (check: RdbContent -> WrittenRdb -> 'Testable) : Property =
    Prop.forAll contents (fun content -> Prop.forAll seeds (fun seed -> check content (Writer.write seed content)))

/// Something that is true of any RDB.
let law check = lawOf contents check
