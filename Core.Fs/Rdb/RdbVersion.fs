namespace HybridReplica.Core

open System
open System.Buffers.Text
open System.Globalization

/// Whose numbers an RDB counts its versions in. Redis and Valkey part ways after version 11.
[<RequireQualifiedAccess; Struct>]
type RdbVendor =
    | Redis
    | Valkey

/// The format of an RDB, as its first nine bytes name it.
[<Struct>]
type RdbVersion =
    {
        Vendor: RdbVendor
        Number: int
    }

    /// The nine bytes as text: `REDIS0010`, `VALKEY080`.
    override this.ToString() =
        match this.Vendor with
        | RdbVendor.Redis -> "REDIS" + this.Number.ToString("D4", CultureInfo.InvariantCulture)
        | RdbVendor.Valkey -> "VALKEY" + this.Number.ToString("D3", CultureInfo.InvariantCulture)

    /// Whether such a file ends in a checksum, or at least in the room for one (`rdbLoadRio`, 6.0.16).
    member this.HasChecksum =
        match this.Vendor with
        | RdbVendor.Redis -> this.Number >= 5
        | RdbVendor.Valkey -> true

    static member private TryNumber(digits: ReadOnlySpan<byte>) : int voption =
        let mutable number = 0
        let mutable used = 0

        // The parser would take a sign.
        if
            Char.IsAsciiDigit(char digits[0])
            && Utf8Parser.TryParse(digits, &number, &used)
            && used = digits.Length
            && number > 0
        then
            ValueSome number
        else
            ValueNone

    static member private TryVendor
        (vendor: RdbVendor, head: ReadOnlySpan<byte>, magic: ReadOnlySpan<byte>)
        : RdbVersion voption =
        if head.StartsWith magic then
            match RdbVersion.TryNumber(head.Slice magic.Length) with
            | ValueSome number -> ValueSome { Vendor = vendor; Number = number }
            | ValueNone -> ValueNone
        else
            ValueNone

    /// Reads the first nine bytes of a file. None: they do not name an RDB.
    static member TryRead(head: ReadOnlySpan<byte>) : RdbVersion voption =
        if head.Length < Limits.RdbHeadLength then
            ValueNone
        else
            let head = head.Slice(0, Limits.RdbHeadLength)

            match RdbVersion.TryVendor(RdbVendor.Redis, head, ReadOnlySpan "REDIS"B) with
            | ValueNone -> RdbVersion.TryVendor(RdbVendor.Valkey, head, ReadOnlySpan "VALKEY"B)
            | version -> version
