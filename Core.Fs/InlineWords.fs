namespace HybridReplica.Core

open System

// Lines of words as people type them: between spaces, and some of them in quotes (`sdssplitargs`, 7.0.15). Each
// character stands for one byte.
module internal InlineWords =

    // `isspace` in C.
    let private isSpace c = c = ' ' || c >= '\t' && c <= '\r'

    // A vertical tab or a form feed separates words, and yet does not end one (`sdssplitargs`, 7.0.15).
    let private endsWord c =
        c = ' ' || c = '\t' || c = '\r' || c = '\n'

    let private isHexadecimal c = Char.IsAsciiHexDigit c

    let private meaningOf c =
        match c with
        | 'n' -> '\n'
        | 'r' -> '\r'
        | 't' -> '\t'
        | 'b' -> '\b'
        | 'a' -> '\a'
        | other -> other

    // The word in quotes that goes on here: what it says, and what is behind its closing quote.
    let rec private quoted quote word characters =
        match characters with
        | '\\' :: 'x' :: high :: low :: rest when quote = '"' && isHexadecimal high && isHexadecimal low ->
            quoted quote (char (Convert.ToInt32($"{high}{low}", 16)) :: word) rest
        | '\\' :: c :: rest when quote = '"' -> quoted quote (meaningOf c :: word) rest
        | '\\' :: '\'' :: rest when quote = '\'' -> quoted quote ('\'' :: word) rest
        | c :: next :: _ when c = quote && not (isSpace next) -> ValueNone
        | c :: rest when c = quote -> ValueSome(word, rest)
        | c :: rest -> quoted quote (c :: word) rest
        | [] -> ValueNone

    let private textOf word =
        word |> List.rev |> Array.ofList |> String

    // The words that are still to come, given those before and the letters of the one that has begun.
    let rec private next words word characters =
        match word, characters with
        | ValueNone, [] -> ValueSome(List.rev words)
        | ValueSome word, [] -> ValueSome(List.rev (textOf word :: words))
        | ValueNone, c :: rest when isSpace c -> next words ValueNone rest
        | ValueSome word, c :: rest when endsWord c -> next (textOf word :: words) ValueNone rest
        | _, (('"' | '\'') as quote) :: rest ->
            match quoted quote (ValueOption.defaultValue [] word) rest with
            | ValueSome(word, rest) -> next (textOf word :: words) ValueNone rest
            | ValueNone -> ValueNone
        | _, c :: rest -> next words (ValueSome(c :: ValueOption.defaultValue [] word)) rest

    /// The words of a line. None: its quotes do not match.
    let split (line: string) : string list voption = next [] ValueNone (List.ofSeq line)

    // What is read back as it is. The single quote is not among what Redis puts into quotes (`sdsneedsrepr`, 7.0.15),
    // and so it cannot read back a word of its own that begins with one.
    let private isPlain c =
        c > ' ' && c < '\127' && c <> '\\' && c <> '"' && c <> '\''

    let private escaped c =
        match c with
        | '\\' -> @"\\"
        | '"' -> "\\\""
        | '\n' -> @"\n"
        | '\r' -> @"\r"
        | '\t' -> @"\t"
        | '\a' -> @"\a"
        | '\b' -> @"\b"
        | c when c < ' ' || c >= '\127' -> $@"\x{int c:x2}"
        | c -> string c

    /// The word as it has to be written to be read back: in quotes if needed (`sdscatrepr`, 7.0.15).
    let quote (word: string) : string =
        if word.Length > 0 && String.forall isPlain word then
            word
        else
            "\"" + String.collect escaped word + "\""
