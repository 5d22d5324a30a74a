namespace HybridReplica.Core

open System
open System.Runtime.Intrinsics

/// The compression of strings (`lzf_decompress`, 7.0.15). A control byte below 32 is followed by that many bytes and
/// one more, to be taken as they are. Any other points back at bytes that are there already, three to 264 of them.
[<AbstractClass; Sealed>]
type internal Lzf =

    /// Whether anything compressed to so many bytes can become so many. Three bytes become 264 at most; two at least
    /// one. It is to be asked before there is memory for what comes out.
    static member IsPossible(compressed: int64, original: int64) : bool =
        compressed >= 0L
        && original >= 0L
        && original / 88L + min 1L (original % 88L) <= compressed
        && compressed - original <= original

    // The bytes that are repeated may begin so close that they reach into their own copy. Then what is copied grows.
    static member private Repeat(destination: Span<byte>, output: int, distance: int, length: int) : unit =
        let source = output - distance

        if distance >= length then
            destination.Slice(source, length).CopyTo(destination.Slice(output, length))
        elif distance = 1 then
            destination.Slice(output, length).Fill destination[source]
        else
            let mutable copied = 0

            while copied < length do
                let next = min (distance + copied) (length - copied)
                destination.Slice(source, next).CopyTo(destination.Slice(output + copied, next))
                copied <- copied + next

    /// <summary>Uncompresses a string.</summary>
    /// <param name="compressed">What is stored.</param>
    /// <param name="destination">Where it goes, exactly as long as the string was. Nothing else is written to.</param>
    /// <returns>Whether all of the input became all of the output.</returns>
    static member Decompress(compressed: ReadOnlySpan<byte>, destination: Span<byte>) : bool =
        let mutable input = 0
        let mutable output = 0
        let mutable isSound = true

        while isSound && input < compressed.Length do
            let control = int compressed[input]
            input <- input + 1

            if control < 32 then
                let length = control + 1
                let left = compressed.Length - input
                let room = destination.Length - output

                if length > left || length > room then
                    isSound <- false
                else
                    // Copying more than is meant is faster; what is too much is overwritten by what comes next.
                    if left >= 32 && room >= 32 then
                        Vector256
                            .Create<byte>(values = compressed.Slice(input, 32))
                            .CopyTo(destination.Slice(output, 32))
                    else
                        compressed.Slice(input, length).CopyTo(destination.Slice(output, length))

                    input <- input + length
                    output <- output + length
            else
                let isLong = control >= 224
                let bytes = if isLong then 2 else 1

                if bytes > compressed.Length - input then
                    isSound <- false
                else
                    let length =
                        if isLong then
                            int compressed[input] + 9
                        else
                            (control >>> 5) + 2

                    let distance = (((control &&& 31) <<< 8) ||| int compressed[input + bytes - 1]) + 1

                    let room = destination.Length - output

                    if distance > output || length > room then
                        isSound <- false
                    else
                        if length <= 16 && distance >= 16 && room >= 16 then
                            let repeated =
                                Vector128.Create<byte>(
                                    values = Span.op_Implicit (destination.Slice(output - distance, 16))
                                )

                            repeated.CopyTo(destination.Slice(output, 16))
                        else
                            Lzf.Repeat(destination, output, distance, length)

                        input <- input + bytes
                        output <- output + length

        isSound && output = destination.Length
