/// Zipmaps, walked: lengths at both sides of their limits, and each way they can be damaged.
module HybridReplica.Tests.ZipmapTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

let tests =
    let pair key value =
        zipmapPair 0 (filling key, filling value)

    testList
        "zipmap"
        [
            testCase "keys and values of every length are read, by turns" (fun () ->
                for key in [ 0; 1; 253; 254; 255; 70000 ] do
                    for value in [ 0; 1; 253; 254; 255; 70000 ] do
                        let blob = zipmap [ pair key value; pair 1 1 ]
                        let items = [ filling key; filling value; filling 1; filling 1 ]
                        finds PackedContainer.Zipmap blob (List.map Bytes items) $"{key} and {value} bytes")
            testCase "bytes that are not in use are passed over" (fun () ->
                for unused in [ 1; 4; 255 ] do
                    let blob = zipmap [ zipmapPair unused ("a"B, "b"B); zipmapPair unused ("c"B, ""B) ]
                    let items = List.map Bytes [ "a"B; "b"B; "c"B; ""B ]
                    finds PackedContainer.Zipmap blob items $"{unused} unused bytes")
            testCase "from 254 pairs on their number is found by walking" (fun () ->
                for pairs in [ 253; 254; 255; 256; 1000 ] do
                    let blob = zipmap (List.replicate pairs (pair 1 1))
                    let items = List.replicate (2 * pairs) (Bytes(filling 1))
                    finds PackedContainer.Zipmap blob items $"{pairs} pairs")
            testCase "an empty one has no elements" (fun () -> finds PackedContainer.Zipmap (zipmap []) [] "nothing")
            testCase "a wrong number of pairs is refused" (fun () ->
                for count in [ 0uy; 1uy; 3uy; 253uy ] do
                    let blob = Array.updateAt 0 count (zipmap [ pair 1 1; pair 2 2 ])
                    refuses PackedContainer.Zipmap blob PackedTrouble.WrongCount $"{count}")
            testCase "four bytes for a length that fits into one are refused" (fun () ->
                for length in [ 0; 1; 253 ] do
                    let key = Array.concat [ [| 254uy |]; little 4 length; filling length ]
                    let blob = zipmap [ Array.append key [| 1uy; 0uy; 98uy |] ]
                    refuses PackedContainer.Zipmap blob PackedTrouble.UnknownEncoding $"{length} bytes")
            testCase "what reaches beyond the end is refused" (fun () ->
                for body in
                    [
                        [| 2uy; 97uy |]
                        [| 1uy |]
                        [| 1uy; 97uy |]
                        [| 1uy; 97uy; 1uy |]
                        [| 1uy; 97uy; 1uy; 0uy |]
                        [| 1uy; 97uy; 1uy; 1uy; 98uy |]
                        [| 1uy; 97uy; 0uy; 1uy |]
                        [| 254uy; 254uy; 0uy; 0uy |]
                        [| 254uy; 255uy; 255uy; 255uy; 255uy; 1uy |]
                        [| 254uy; 255uy; 255uy; 255uy; 127uy; 1uy |]
                    ] do
                    let blob = Array.concat [ [| 1uy |]; body; [| 255uy |] ]
                    refuses PackedContainer.Zipmap blob PackedTrouble.OutOfBounds $"%A{body}")
            testCase "a last byte in front of the end is refused" (fun () ->
                let blob = Array.append (zipmap [ pair 1 1 ]) [| 255uy |]
                refuses PackedContainer.Zipmap blob PackedTrouble.NotTerminated "twice the last byte")
        ]
