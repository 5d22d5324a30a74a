/// Ziplists, walked: each encoding at both ends of what it can hold, and each way they can be damaged.
module HybridReplica.Tests.ZiplistTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

/// One element in each encoding of a ziplist that holds a number, smallest and largest, and what it is.
let private ziplistNumbers =
    [
        for number in 0L .. 12L do
            [| 0xF1uy + byte number |], number
        for width, first in [ 1, 0xFEuy; 2, 0xC0uy; 3, 0xF0uy; 4, 0xD0uy; 8, 0xE0uy ] do
            let largest = (1L <<< 8 * width - 1) - 1L

            for number in [ 0L; 1L; -1L; largest; -largest - 1L ] do
                Array.append [| first |] (little width number), number
    ]

/// A string in each of the three encodings of a ziplist that can hold it.
let private ziplistStrings length =
    [
        if length < 64 then
            Array.append [| byte length |] (filling length)
        if length < 16384 then
            Array.append [| 0x40uy ||| byte (length >>> 8); byte length |] (filling length)
        Array.concat [ [| 0x80uy |]; big 4 length; filling length ]
    ]

let tests =
    testList
        "ziplist"
        [
            testCase "numbers at both ends of every encoding are read" (fun () ->
                for body, number in ziplistNumbers do
                    finds PackedContainer.Ziplist (ziplist [ body ]) [ Number number ] $"%A{body}")
            testCase "all of them in one are read, in their order" (fun () ->
                let items = ziplistNumbers |> List.map (snd >> Number)
                finds PackedContainer.Ziplist (ziplist (List.map fst ziplistNumbers)) items "the numbers")
            testCase "strings of every length are read in every encoding" (fun () ->
                for length in lengths do
                    for body in ziplistStrings length do
                        let around = ziplist [ [| 0xF8uy |]; body; [| 0xFAuy |] ]
                        let items = [ Number 7L; Bytes(filling length); Number 9L ]
                        finds PackedContainer.Ziplist around items $"{length} bytes")
            testCase "an empty one has no elements" (fun () -> finds PackedContainer.Ziplist (ziplist []) [] "nothing")
            testCase "one that does not know how many elements it has is read to its end" (fun () ->
                let blob = ziplistOf 65535 (ziplistElements (List.replicate 3 [| 0xF6uy |]))
                finds PackedContainer.Ziplist blob (List.replicate 3 (Number 5L)) "the elements")
            testCase "four bytes for a small length of the element before are legal" (fun () ->
                let elements =
                    [
                        [| 0uy; 0xF6uy |]
                        [| 254uy; 2uy; 0uy; 0uy; 0uy; 0xF7uy |]
                        [| 6uy; 0xF8uy |]
                    ]

                finds PackedContainer.Ziplist (ziplistOf 3 elements) [ Number 5L; Number 6L; Number 7L ] "the elements")
            testCase "a wrong length of the element before is refused" (fun () ->
                for lead in
                    [
                        [| 0uy |]
                        [| 1uy |]
                        [| 3uy |]
                        [| 254uy; 3uy; 0uy; 0uy; 0uy |]
                        [| 254uy; 2uy; 0uy; 0uy; 128uy |]
                    ] do
                    let blob = ziplistOf 2 [ [| 0uy; 0xF6uy |]; Array.append lead [| 0xF7uy |] ]
                    refuses PackedContainer.Ziplist blob PackedTrouble.WrongBackLength $"%A{lead}")
            testCase "a length in front of the first element is refused" (fun () ->
                let blob = ziplistOf 1 [ [| 1uy; 0xF6uy |] ]
                refuses PackedContainer.Ziplist blob PackedTrouble.WrongBackLength "the first element")
            testCase "a wrong number of elements is refused" (fun () ->
                for count in [ 0; 2; 4; 65534 ] do
                    let blob = ziplistOf count (ziplistElements (List.replicate 3 [| 0xF6uy |]))
                    refuses PackedContainer.Ziplist blob PackedTrouble.WrongCount $"{count}")
            testCase "a wrong place of the last element is refused" (fun () ->
                for bodies in [ []; [ [| 0xF6uy |] ]; [ [| 0xF6uy |]; [| 0xF6uy |] ] ] do
                    let blob = ziplist bodies

                    for wrong in [ blob[4] - 1uy; blob[4] + 1uy; 0uy; 255uy ] do
                        refuses
                            PackedContainer.Ziplist
                            (Array.updateAt 4 wrong blob)
                            PackedTrouble.WrongTail
                            $"{wrong}")
            testCase "a last element beyond the end is found out before anything is walked" (fun () ->
                let mutable cursor = PackedCursor()
                let blob = Array.updateAt 4 12uy (ziplist [])
                Expect.isFalse (Ziplist.Open(ReadOnlySpan blob, &cursor)) "it is opened"
                Expect.equal cursor.Trouble PackedTrouble.WrongTail "trouble")
            testCase "an encoding there is none of is refused" (fun () ->
                for first in [ 0xC1uy .. 0xCFuy ] @ [ 0xD1uy .. 0xDFuy ] @ [ 0xE1uy .. 0xEFuy ] @ [ 0xFFuy ] do
                    let blob = ziplist [ [| first; 0uy; 0uy |] ]
                    refuses PackedContainer.Ziplist blob PackedTrouble.UnknownEncoding $"{first}")
            testCase "an element that reaches beyond the end is refused" (fun () ->
                for element in
                    [
                        [| 0uy |]
                        [| 254uy; 0uy; 0uy; 0uy; 0uy |]
                        [| 254uy; 0uy |]
                        [| 0uy; 1uy |]
                        [| 0uy; 0x40uy |]
                        [| 0uy; 0x40uy; 1uy |]
                        [| 0uy; 0x80uy; 0uy; 0uy; 0uy |]
                        [| 0uy; 0x80uy; 0uy; 0uy; 0uy; 1uy |]
                        [| 0uy; 0x80uy; 255uy; 255uy; 255uy; 255uy; 1uy |]
                        [| 0uy; 0x80uy; 127uy; 255uy; 255uy; 255uy; 1uy |]
                        [| 0uy; 0xFEuy |]
                        [| 0uy; 0xC0uy; 1uy |]
                        [| 0uy; 0xF0uy; 1uy; 2uy |]
                        [| 0uy; 0xD0uy; 1uy; 2uy; 3uy |]
                        [| 0uy; 0xE0uy; 1uy; 2uy; 3uy; 4uy; 5uy; 6uy; 7uy |]
                    ] do
                    let blob = ziplistOf 1 [ element ]
                    refuses PackedContainer.Ziplist blob PackedTrouble.OutOfBounds $"%A{element}")
            testCase "a last byte in front of the end is refused" (fun () ->
                let blob = ziplistOf 1 [ [| 0xFFuy |] ]
                refuses PackedContainer.Ziplist blob PackedTrouble.NotTerminated "twice the last byte")
        ]
