/// A compressor for LZF: it finds what was there before, and looks no further than the last place.
module HybridReplica.Tests.Rdb.Compression

open System.Collections.Generic

let private longestLiteral = 32
let private longestMatch = 264
let private furthest = 8192

let private matchLength (text: byte[]) before at =
    let mutable length = 0

    while length < longestMatch
          && at + length < text.Length
          && text[before + length] = text[at + length] do
        length <- length + 1

    length

let private writeLiterals (output: ResizeArray<byte>) (literals: ResizeArray<byte>) =
    for run in Seq.chunkBySize longestLiteral literals do
        output.Add(byte (run.Length - 1))
        output.AddRange run

    literals.Clear()

let private writeMatch (output: ResizeArray<byte>) length distance =
    let length = length - 2
    let distance = distance - 1

    if length < 7 then
        output.Add(byte (length <<< 5 ||| (distance >>> 8)))
    else
        output.Add(byte (7 <<< 5 ||| (distance >>> 8)))
        output.Add(byte (length - 7))

    output.Add(byte distance)

let compress (text: byte[]) : byte[] =
    let output = ResizeArray()
    let literals = ResizeArray()
    let places = Dictionary<struct (byte * byte * byte), int>()
    let mutable at = 0

    while at < text.Length do
        let length, distance =
            if at + 3 > text.Length then
                0, 0
            else
                let start = struct (text[at], text[at + 1], text[at + 2])

                let found =
                    match places.TryGetValue start with
                    | true, before when at - before <= furthest -> matchLength text before at, at - before
                    | _ -> 0, 0

                places[start] <- at
                found

        if length >= 3 then
            writeLiterals output literals
            writeMatch output length distance
            at <- at + length
        else
            literals.Add text[at]
            at <- at + 1

    writeLiterals output literals
    output.ToArray()
