/// Intsets, walked: each width, and each way they can be damaged.
module HybridReplica.Tests.IntsetTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

let tests =
    let ends width =
        let largest = (1L <<< 8 * width - 1) - 1L
        [ -largest - 1L; -1L; 0L; 1L; largest ]

    testList
        "intset"
        [
            testCase "numbers of every width are read" (fun () ->
                for width in [ 2; 4; 8 ] do
                    let numbers = ends width
                    finds PackedContainer.Intset (intset width numbers) (List.map Number numbers) $"{width} bytes")
            testCase "an empty one has no elements" (fun () -> finds PackedContainer.Intset (intset 2 []) [] "nothing")
            testCase "numbers that do not ascend are refused" (fun () ->
                for width in [ 2; 4; 8 ] do
                    for numbers in [ [ 1L; 1L ]; [ 2L; 1L ]; [ -1L; -2L ]; [ 0L; 5L; 5L ] ] do
                        refuses PackedContainer.Intset (intset width numbers) PackedTrouble.NotAscending $"%A{numbers}")
            testCase "any other width is refused" (fun () ->
                for width in [ 0; 1; 3; 5; 6; 7; 9; 16 ] do
                    let blob = Array.append (little 4 width) (Array.zeroCreate (4 + width))
                    refuses PackedContainer.Intset blob PackedTrouble.UnknownEncoding $"{width} bytes")
            testCase "a count that is not that of the numbers is refused" (fun () ->
                for count in [ 0L; 1L; 3L; 0x80000002L; 0xFFFFFFFFL ] do
                    let blob = Array.concat [ little 4 4L; little 4 count; little 4 1L; little 4 2L ]
                    refuses PackedContainer.Intset blob PackedTrouble.WrongSize $"{count}")
        ]
