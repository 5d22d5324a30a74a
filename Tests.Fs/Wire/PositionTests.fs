module HybridReplica.Tests.PositionTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

let private malformed =
    [
        ""
        id
        $"%s{id}:"
        $":%s{id}:1"
        $"%s{id}:-1"
        $"%s{id}:+1"
        $"%s{id}: 1"
        $"%s{id}:0x1"
        $"%s{id}:1000000000000000000"
        $"%s{id}:1:"
        $"%s{id}:1:-1"
        $"%s{id}:1:2147483648"
        $"%s{id}:1:0:0"
        $"%s{id.Substring 1}:1"
        $"%s{id}0:1"
    ]

let private notIds =
    [
        ""
        id.Substring 1
        id + "0"
        "8de1787ba490483314a4d30f1c628bc5025eb76 "
        String('\t', 40)
        String('\127', 40)
    ]

let tests =
    testList
        "position"
        [
            for text in malformed do
                testCase $"this is no position: \"%s{text}\"" (fun () ->
                    Expect.equal (Position.TryParse text) ValueNone "the position")

            for text in notIds do
                testCase $"this is no replication id: \"%s{Printable.escape text}\"" (fun () ->
                    Expect.equal (ReplicationId.TryParse text) ValueNone "the id")

            testProperty
                "a position that is printed and read again is the same position"
                (Prop.forAll (Arb.fromGen Generators.position) (fun position ->
                    Expect.equal (Position.TryParse(string position)) (ValueSome position) "the position"))
            testProperty
                "any text is a position or is none"
                (Prop.forAll Generators.unicode (fun text ->
                    Position.TryParse text |> ignore
                    ReplicationId.TryParse text |> ignore))
            testCase "ids that differ in case alone are the same id" (fun () ->
                Expect.equal
                    (ReplicationId.TryParse(id.ToUpperInvariant()))
                    (ReplicationId.TryParse id)
                    "the id, which Redis compares without regard to case")
            testCase "a full resync stands outside transactions, and its snapshot knows the database" (fun () ->
                let position = Position.AtFullResync(Generators.replicationIdOf id, Offset 7L)
                Expect.equal (string position) $"%s{id}:7" "the text"
                Expect.equal (position.Database, position.InTransaction) (ValueNone, false) "database and transaction")
        ]
