/// Listpacks, walked: each encoding at both ends of what it can hold, and each way they can be damaged.
module HybridReplica.Tests.ListpackTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

/// One element in each encoding of a listpack that holds a number, smallest and largest, and what it is.
let private listpackNumbers =
    [
        [| 0uy |], 0L
        [| 127uy |], 127L
        [| 0xC0uy; 0uy |], 0L
        [| 0xC0uy; 128uy |], 128L
        [| 0xCFuy; 255uy |], 4095L
        [| 0xD0uy; 0uy |], -4096L
        [| 0xDFuy; 255uy |], -1L
        for width, first in [ 2, 0xF1uy; 3, 0xF2uy; 4, 0xF3uy; 8, 0xF4uy ] do
            let largest = (1L <<< 8 * width - 1) - 1L

            for number in [ 0L; 1L; -1L; largest; -largest - 1L ] do
                Array.append [| first |] (little width number), number
    ]

/// A string in each of the three encodings of a listpack that can hold it.
let private listpackStrings length =
    [
        if length < 64 then
            Array.append [| 0x80uy ||| byte length |] (filling length)
        if length < 4096 then
            Array.append [| 0xE0uy ||| byte (length >>> 8); byte length |] (filling length)
        Array.concat [ [| 0xF0uy |]; little 4 length; filling length ]
    ]

let tests =
    testList
        "listpack"
        [
            testCase "numbers at both ends of every encoding are read" (fun () ->
                for body, number in listpackNumbers do
                    finds PackedContainer.Listpack (listpack [ body ]) [ Number number ] $"%A{body}")
            testCase "all of them in one are read, in their order" (fun () ->
                let items = listpackNumbers |> List.map (snd >> Number)
                finds PackedContainer.Listpack (listpack (List.map fst listpackNumbers)) items "the numbers")
            testCase "strings of every length are read in every encoding" (fun () ->
                for length in lengths do
                    for body in listpackStrings length do
                        let around = listpack [ [| 7uy |]; body; [| 9uy |] ]
                        let items = [ Number 7L; Bytes(filling length); Number 9L ]
                        finds PackedContainer.Listpack around items $"{length} bytes")
            testCase "an empty one has no elements" (fun () ->
                finds PackedContainer.Listpack (listpack []) [] "nothing")
            testCase "one that does not know how many elements it has is read to its end" (fun () ->
                let elements = List.replicate 3 (listpackElement [| 5uy |])
                let items = List.replicate 3 (Number 5L)
                finds PackedContainer.Listpack (listpackOf 65535 elements) items "the elements")
            testCase "a wrong number of elements is refused" (fun () ->
                for count in [ 0; 2; 4; 65534 ] do
                    let elements = List.replicate 3 (listpackElement [| 5uy |])
                    refuses PackedContainer.Listpack (listpackOf count elements) PackedTrouble.WrongCount $"{count}")
            testCase "an encoding there is none of is refused" (fun () ->
                for first in 0xF5uy .. 0xFEuy do
                    let blob = listpack [ [| first; 0uy |] ]
                    refuses PackedContainer.Listpack blob PackedTrouble.UnknownEncoding $"{first}")
            testCase "a wrong length behind an element is refused" (fun () ->
                for length in [ 0; 63; 126; 127; 4096; 16384 ] do
                    let element =
                        listpackElement (Array.append [| 0xF0uy |] (Array.append (little 4 length) (filling length)))

                    let last = element.Length - 1

                    for wrong in [ element[last] + 1uy; element[last] - 1uy; element[last] ^^^ 128uy ] do
                        let blob = listpackOf 1 [ Array.updateAt last wrong element ]
                        refuses PackedContainer.Listpack blob PackedTrouble.WrongBackLength $"{length} bytes, {wrong}")
            testCase "an element that reaches beyond the end is refused" (fun () ->
                for element in
                    [
                        [| 0x81uy |]
                        [| 0x82uy; 1uy |]
                        [| 0xE0uy; 1uy |]
                        [| 0xEFuy |]
                        [| 0xC0uy |]
                        [| 0xF0uy |]
                        [| 0xF0uy; 1uy; 0uy; 0uy; 0uy |]
                        [| 0xF0uy; 255uy; 255uy; 255uy; 255uy; 1uy |]
                        [| 0xF0uy; 255uy; 255uy; 255uy; 127uy; 1uy |]
                        [| 0xF1uy; 1uy |]
                        [| 0xF4uy; 1uy; 2uy; 3uy; 4uy; 5uy; 6uy; 7uy |]
                        [| 5uy |]
                    ] do
                    let blob = listpackOf 1 [ element ]
                    refuses PackedContainer.Listpack blob PackedTrouble.OutOfBounds $"%A{element}")
            testCase "a last byte in front of the end is refused" (fun () ->
                let blob = listpackOf 1 [ [| 0xFFuy |] ]
                refuses PackedContainer.Listpack blob PackedTrouble.NotTerminated "twice the last byte")
        ]
