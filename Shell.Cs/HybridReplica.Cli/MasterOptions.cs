using System.CommandLine;
using System.Globalization;
using System.Net;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli;

/// <summary>The argument and the options that say which master to join, and how.</summary>
sealed class MasterOptions
{
    /// <summary>The master where none is named.</summary>
    public const string Nearby = "redis://127.0.0.1:6379";

    readonly Argument _argument;
    readonly Func<ParseResult, string> _uri;

    readonly Option<string> _dialect = new("--dialect")
    {
        Description = "How the handshake is spoken: redis6, or redis26 or redis26-lenient for masters that need it",
        HelpName = "redis6|redis26|redis26-lenient",
        DefaultValueFactory = _ => Dialect.Redis6.Name,
    };

    readonly Option<string> _passwordFile = new("--password-file")
    {
        Description =
            "Read the password from this file (one line); else the one in the URI or in REDISCLI_AUTH is used",
        HelpName = "FILE",
    };

    readonly Option<string> _announceIp = new("--announce-ip")
    {
        Description = "The address the master should show for this replica",
        HelpName = "ADDRESS",
    };

    readonly Option<int?> _announcePort = new("--announce-port")
    {
        Description = "The port the master should show for this replica",
        HelpName = "PORT",
        CustomParser = given => Complaint.ReadNumber(given),
    };

    readonly Option<string> _announceVersion = new("--announce-version")
    {
        Description = "The version to pass for; Valkey 9.1 and later send their newest RDB to 9.0.0 or later only",
        HelpName = "VERSION",
    };

    readonly Option<int> _listeningPort = new("--listening-port")
    {
        Description = "The port this replica says it listens on; 0 says that it listens on none",
        HelpName = "PORT",
        CustomParser = Complaint.ReadNumber,
    };

    readonly Option<string> _bind = new("--bind")
    {
        Description = "The local address to connect from",
        HelpName = "ADDRESS",
    };

    readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds without a sign of life after which the master is given up",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 60,
        CustomParser = Complaint.ReadNumber,
    };

    readonly Option<int> _attempts = new("--attempts")
    {
        Description = "How often to try in all, where trying again may help",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 3,
        CustomParser = Complaint.ReadNumber,
    };

    readonly Option<string> _tlsCa = new("--tls-ca")
    {
        Description = "Trust the authorities in this PEM file, and no others",
        HelpName = "FILE",
    };

    readonly Option<string> _tlsCert = new("--tls-cert")
    {
        Description = "The client certificate, a PEM file",
        HelpName = "FILE",
    };

    readonly Option<string> _tlsKey = new("--tls-key")
    {
        Description = "The key of the client certificate, a PEM file",
        HelpName = "FILE",
    };

    readonly Option<bool> _tlsSkipVerify = new("--tls-skip-verify")
    {
        Description = "Take any certificate: encrypted, but anybody could be at the other end",
    };

    readonly Option<bool> _rdbOnly = new("--rdb-only")
    {
        Description = "Ask the master (6.2 or later) not to queue its stream while it sends the snapshot",
    };

    readonly List<Option> _added = [];

    /// <summary>The options of a verb that is about a master.</summary>
    public MasterOptions()
        : this(
            new("URI")
            {
                Description =
                    "The master: redis://[user@]host[:port], rediss://… for TLS, unix:///path for a unix socket",
                DefaultValueFactory = _ => Nearby,
            }
        ) { }

    /// <summary>The options of a verb that may be about a master.</summary>
    /// <param name="uri">The argument that may name it.</param>
    public MasterOptions(Argument<string> uri)
        : this(uri, parsed => parsed.GetValue(uri)!) { }

    /// <summary>The options of a verb with an argument that may name the master, among others.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="uri">Finds the master in what was given.</param>
    public MasterOptions(Argument argument, Func<ParseResult, string> uri)
    {
        _argument = argument;
        _uri = uri;
    }

    /// <summary>Adds the argument and the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="withRdbOnly">Whether the stream can be done without.</param>
    public void AddTo(Command command, bool withRdbOnly = true)
    {
        _argument.Validators.Add(Complaint.RefuseOptions);
        command.Add(_argument);
        _added.AddRange([
            _dialect,
            _passwordFile,
            _announceIp,
            _announcePort,
            _announceVersion,
            _listeningPort,
            _bind,
            _timeout,
            _attempts,
            _tlsCa,
            _tlsCert,
            _tlsKey,
            _tlsSkipVerify,
        ]);
        if (withRdbOnly)
            _added.Add(_rdbOnly);
        foreach (var option in _added)
            command.Add(option);
    }

    /// <summary>One of the options that were given. Null: none was.</summary>
    public Option? Given(ParseResult parsed) => Given(parsed, _added);

    static Option? Given(ParseResult parsed, IEnumerable<Option> options) =>
        options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>What was given, as the library wants it.</summary>
    /// <exception cref="UsageException">Something given cannot be used.</exception>
    public ReplicaOptions Read(ParseResult parsed)
    {
        var uri = ReadUri(_uri(parsed));
        // Nobody who names an authority expects a connection that everybody can listen to.
        Option[] forTls = [_tlsCa, _tlsCert, _tlsKey, _tlsSkipVerify];
        if (uri.Scheme != "rediss" && Given(parsed, forTls) is { } given)
            throw new UsageException($"{given.Name} is for TLS, and the URI does not begin with rediss://");

        return new()
        {
            Master = uri,
            Password = PasswordSource.Read(parsed.GetValue(_passwordFile), uri),
            Dialect = ReadDialect(parsed.GetValue(_dialect)!),
            ListeningPort = parsed.GetValue(_listeningPort),
            AnnouncedPort = parsed.GetValue(_announcePort),
            AnnouncedAddress = parsed.GetValue(_announceIp),
            AnnouncedVersion = parsed.GetValue(_announceVersion),
            BindAddress = ReadAddress(parsed.GetValue(_bind)),
            RdbOnly = parsed.GetValue(_rdbOnly),
            Timeout = ReadSeconds(parsed.GetValue(_timeout)),
            Attempts = parsed.GetValue(_attempts),
            Tls = new TlsOptions
            {
                CaFile = parsed.GetValue(_tlsCa),
                CertificateFile = parsed.GetValue(_tlsCert),
                KeyFile = parsed.GetValue(_tlsKey),
                SkipVerification = parsed.GetValue(_tlsSkipVerify),
            },
        };
    }

    /// <summary>The URI as people may see it, without user and password.</summary>
    public static string Show(Uri master) =>
        master.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped).TrimEnd('/');

    static Uri ReadUri(string text)
    {
        // An option that nobody knows is taken for the argument.
        if (text.StartsWith('-'))
            throw new UsageException($"There is no option {text}.");

        // "host:port" alone would be taken for a scheme and a path.
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : "redis://" + text;
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri)
            ? uri
            : throw new UsageException("The URI cannot be read; it looks like redis://host:6379.");
    }

    static Dialect ReadDialect(string name) =>
        Dialect.TryParse(name) is { IsValueSome: true, Value: var dialect }
            ? dialect
            : throw new UsageException($"There is no dialect {name}; there are redis6, redis26 and redis26-lenient.");

    static IPAddress? ReadAddress(string? text) =>
        text is null ? null
        : IPAddress.TryParse(text, out var address) ? address
        : throw new UsageException($"{text} is no address to bind to; it looks like 192.0.2.1 or 2001:db8::1.");

    static TimeSpan ReadSeconds(int seconds) =>
        seconds >= 1
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException(
                string.Create(CultureInfo.InvariantCulture, $"The timeout of {seconds} s must be at least 1 s.")
            );
}
