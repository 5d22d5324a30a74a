namespace HybridReplica.Tests.Simulation

/// All the randomness of a conversation, from one seed (SplitMix64): the same seed gives the same conversation.
type Chance(seed: uint64) =
    let mutable state = seed

    /// Any 64 bits.
    member _.Next() : uint64 =
        state <- state + 0x9E3779B97F4A7C15UL
        let mixed = (state ^^^ (state >>> 30)) * 0xBF58476D1CE4E5B9UL
        let mixed = (mixed ^^^ (mixed >>> 27)) * 0x94D049BB133111EBUL
        mixed ^^^ (mixed >>> 31)

    /// A number from `least` to `most`, both included.
    member this.Between(least: int, most: int) : int =
        least + int (this.Next() % uint64 (most - least + 1))

    /// True once in so many times, on average.
    member this.OnceIn(times: int) : bool = this.Between(1, times) = 1

    /// One of these.
    member this.Pick(choices: 'Choice list) : 'Choice =
        choices[this.Between(0, choices.Length - 1)]

    /// So many characters, each of which stands for one byte.
    member this.Characters(count: int) : string =
        String.init count (fun _ -> string (char (this.Between(0, 255))))

    /// So many hexadecimal digits.
    member this.Digits(count: int) : string =
        String.init count (fun _ -> string ("0123456789abcdef"[this.Between(0, 15)]))
