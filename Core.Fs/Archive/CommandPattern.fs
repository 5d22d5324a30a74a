namespace HybridReplica.Core

open System
open System.Text

/// A command to look for: its name, and as many of its first arguments as are wanted.
type CommandPattern =
    private
        {
            Parts: byte[][]
        }

    /// Reads words as `redis-cli` does on a line: `FLUSHALL`, `DEL user:1`, `SET "a key"`. None: there is no word, or
    /// the quotes do not match.
    static member TryParse(text: string) : CommandPattern voption =
        // One character for each byte, as the words of a line are read.
        match InlineWords.split (Encoding.Latin1.GetString(Encoding.UTF8.GetBytes text)) with
        | ValueSome(first :: rest) ->
            ValueSome
                {
                    Parts = first :: rest |> List.map Encoding.Latin1.GetBytes |> Array.ofList
                }
        | _ -> ValueNone

    /// How many words it has, the name included.
    member this.Count = this.Parts.Length

    /// The length of the longest of its words, in bytes.
    member this.LongestWord =
        this.Parts |> Array.fold (fun longest part -> max longest part.Length) 0

    /// Whether the word is the one that is wanted in this place, counted from 0. Names are the same in upper and lower
    /// case, arguments are not.
    member this.Fits(index: int, word: ReadOnlySpan<byte>) : bool =
        if index = 0 then
            Ascii.EqualsIgnoreCase(word, ReadOnlySpan this.Parts[0])
        else
            word.SequenceEqual(ReadOnlySpan this.Parts[index])
