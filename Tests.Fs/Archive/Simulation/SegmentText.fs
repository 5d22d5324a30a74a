namespace HybridReplica.Tests.Archive.Simulation

open System
open System.Text

/// What a reader of its own finds in the file of a segment, so that nobody checks himself: it knows nothing of what the
/// replica or the archive know.
type SegmentText =
    {
        /// The database that its first line selects.
        Database: int
        /// The bytes of the stream, up to the end of the last whole command or annotation.
        Stream: byte[]
        /// How much of the stream lies in front of the end of the last whole command outside of transactions.
        Safe: int
        /// Where in the file that is.
        SafeByte: int
        /// The database selected there.
        SafeDatabase: int
        /// Where commands end outside of transactions: in the stream, in the file, and the database selected there.
        Boundaries: (int * int * int) list
        /// Where commands end that are data, in the stream, and the databases that are selected for them.
        Data: (int * int) list
        /// Whether an annotation stands where none may: between MULTI and EXEC.
        IsAnnotatedInside: bool
        /// Whether everything could be read, and no transaction is open at the end.
        IsWhole: bool
    }

[<RequireQualifiedAccess>]
module SegmentText =

    let private lineAt (bytes: byte[]) at : struct (string * int) voption =
        match Array.IndexOf(bytes, 10uy, at) with
        | -1 -> ValueNone
        | last -> ValueSome(struct (Encoding.Latin1.GetString(bytes, at, last - at).TrimEnd '\r', last + 1))

    let private numberAt (sign: char) bytes at : struct (int * int) voption =
        match lineAt bytes at with
        | ValueSome(struct (line, next)) when line.StartsWith sign ->
            match Int32.TryParse(line.Substring 1) with
            | true, number when number >= 0 -> ValueSome(struct (number, next))
            | _ -> ValueNone
        | _ -> ValueNone

    // The words of the command there, and where the next one begins. None: it is not whole, or no command.
    let private commandAt (bytes: byte[]) at : (string list * int) voption =
        let rec words left at found =
            if left = 0 then
                ValueSome(List.rev found, at)
            else
                match numberAt '$' bytes at with
                | ValueSome(struct (length, first)) when
                    first + length + 2 <= bytes.Length
                    && bytes[first + length] = 13uy
                    && bytes[first + length + 1] = 10uy
                    ->
                    words (left - 1) (first + length + 2) (Encoding.Latin1.GetString(bytes, first, length) :: found)
                | _ -> ValueNone

        match numberAt '*' bytes at with
        | ValueSome(struct (count, next)) when count > 0 -> words count next []
        | _ -> ValueNone

    let private databaseOf (words: string list) : int voption =
        match words with
        | [ _; text ] ->
            match Int32.TryParse text with
            | true, database -> ValueSome database
            | false, _ -> ValueNone
        | _ -> ValueNone

    type private Reading =
        {
            At: int
            Counted: (int * int) list
            Count: int
            Selected: int
            InTransaction: bool
            Found: SegmentText
        }

    let private atBoundary (reading: Reading) =
        if reading.InTransaction then
            reading
        else
            { reading with
                Found =
                    { reading.Found with
                        Safe = reading.Count
                        SafeByte = reading.At
                        SafeDatabase = reading.Selected
                        Boundaries = (reading.Count, reading.At, reading.Selected) :: reading.Found.Boundaries
                    }
            }

    let private annotated next (reading: Reading) =
        { reading with
            At = next
            Found =
                { reading.Found with
                    IsAnnotatedInside = reading.Found.IsAnnotatedInside || reading.InTransaction
                }
        }

    let private commanded (words: string list) next (reading: Reading) =
        let count = reading.Count + next - reading.At

        let reading =
            { reading with
                At = next
                Counted = (reading.At, next) :: reading.Counted
                Count = count
            }

        match (List.head words).ToUpperInvariant() with
        | "MULTI" -> { reading with InTransaction = true }
        | "EXEC" -> { reading with InTransaction = false }
        | "SELECT" ->
            match databaseOf words with
            | ValueSome database -> { reading with Selected = database }
            | ValueNone -> reading
        | "PING"
        | "REPLCONF" -> reading
        | _ ->
            { reading with
                Found =
                    { reading.Found with
                        Data = (count, reading.Selected) :: reading.Found.Data
                    }
            }
        |> atBoundary

    let rec private readOn (bytes: byte[]) (reading: Reading) : Reading =
        if reading.At = bytes.Length then
            reading
        elif bytes[reading.At] = byte '#' then
            match lineAt bytes reading.At with
            | ValueSome(struct (_, next)) -> readOn bytes (annotated next reading)
            | ValueNone -> reading
        else
            match commandAt bytes reading.At with
            | ValueSome(words, next) -> readOn bytes (commanded words next reading)
            | ValueNone -> reading

    /// Reads the file of a segment. None: it does not begin with a SELECT.
    let read (bytes: byte[]) : SegmentText voption =
        match commandAt bytes 0 with
        | ValueSome([ "SELECT"; _ ] as words, next) ->
            let database = ValueOption.defaultValue -1 (databaseOf words)

            let reading =
                {
                    At = next
                    Counted = []
                    Count = 0
                    Selected = database
                    InTransaction = false
                    Found =
                        {
                            Database = database
                            Stream = [||]
                            Safe = 0
                            SafeByte = next
                            SafeDatabase = database
                            Boundaries = []
                            Data = []
                            IsAnnotatedInside = false
                            IsWhole = false
                        }
                }
                |> atBoundary
                |> readOn bytes

            ValueSome
                { reading.Found with
                    Stream =
                        reading.Counted
                        |> List.rev
                        |> List.map (fun (first, next) -> bytes[first .. next - 1])
                        |> Array.concat
                    IsWhole = reading.At = bytes.Length && not reading.InTransaction
                }
        | _ -> ValueNone
