/// `--format keys`: every key on a line of its own, and nothing in it acts.
module HybridReplica.Tests.Inspect.InspectKeysTests

open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Inspect.Inspecting

let private keysOf = Gen.listOf TextGenerators.text |> Arb.fromGen

let tests =
    testList
        "inspect keys"
        [
            testProperty "a key is printed as other text from the wire is, and can be told from that"
            <| Prop.forAll keysOf (fun given ->
                let snapshot = snapshotOf 9 [ for key in given -> { text "" "" with Key = key } ]

                let lines =
                    (Encoding.ASCII.GetString(written keys snapshot)).Split '\n' |> List.ofArray

                let texts = [ for key in given -> Encoding.Latin1.GetString key ]
                Expect.equal lines (List.map Printable.escape texts @ [ "" ]) "the lines"
                Expect.equal (List.map Printable.unescape lines) (texts @ [ "" ]) "what the lines mean")
        ]
