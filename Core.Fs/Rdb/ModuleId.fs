namespace HybridReplica.Core

/// What a module is called in an RDB: nine characters and the version of its encoding, in one number
/// (`moduleTypeNameByID`, 7.0.15).
[<Struct>]
type ModuleId =
    /// The number.
    | ModuleId of number: int64

    static member private Alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The nine characters, which are letters, digits, hyphens and underscores.
    member this.Name: string =
        let (ModuleId number) = this
        String.init 9 (fun index -> string ModuleId.Alphabet[int (number >>> (58 - 6 * index)) &&& 63])

    /// The version of its encoding, from 0 to 1023.
    member this.Version: int =
        let (ModuleId number) = this
        int number &&& 1023
